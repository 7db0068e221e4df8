using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Takes the links that a listener accepts, one by one, to the peers.</summary>
public sealed class ListenerActor : ReceiveActor
{
    private sealed record Accepted(ILink? Link) : ILocalMessage;

    private readonly ILinkListener _listener;
    private readonly CancellationTokenSource _stopped = new();
    private Task<ILink?>? _accepting;

    public ListenerActor(ILinkListener listener)
    {
        _listener = listener;
        Receive<Accepted>(OnAccepted);
    }

    public static Props Props(ILinkListener listener) => Akka.Actor.Props.Create(() => new ListenerActor(listener));

    protected override void PreStart() => Accept();

    protected override void PostStop()
    {
        _stopped.Cancel();
        // A link that is accepted nevertheless has no one who takes it.
        if (_accepting is { } accepting)
            _ = CloseAsync(accepting);

        static async Task CloseAsync(Task<ILink?> accepting)
        {
            if (await accepting is { } link)
                await link.DisposeAsync();
        }
    }

    private void Accept()
    {
        _accepting = AcceptAsync(_listener, _stopped.Token);
        _accepting.PipeTo(Self, success: link => new Accepted(link));
    }

    private static async Task<ILink?> AcceptAsync(ILinkListener listener, CancellationToken stopped)
    {
        try
        {
            return await listener.AcceptAsync(stopped);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    private void OnAccepted(Accepted accepted)
    {
        _accepting = null;
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
