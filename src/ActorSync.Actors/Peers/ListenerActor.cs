using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Takes the links that a listener accepts, one by one, to the peers.</summary>
public sealed class ListenerActor : ReceiveActor
{
    private sealed record Accepted(ILink? Link);

    private readonly ILinkListener _listener;

    public ListenerActor(ILinkListener listener)
    {
        _listener = listener;
        Receive<Accepted>(OnAccepted);
    }

    public static Props Props(ILinkListener listener) => Akka.Actor.Props.Create(() => new ListenerActor(listener));

    protected override void PreStart() => Accept();

    private void Accept() => _listener.AcceptAsync().PipeTo(Self, success: link => new Accepted(link), failure: _ => new Accepted(null));

    private void OnAccepted(Accepted accepted)
    {
        // No link: the listener is closed.
        if (accepted.Link is not { } link)
        {
            Context.Stop(Self);
            return;
        }
        Context.Parent.Tell(new PeersActor.LinkMade(link, null));
        Accept();
    }
}
