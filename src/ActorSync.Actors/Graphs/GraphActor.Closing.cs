using ActorSync.Graphs.Stores;
using Akka.Actor;

namespace ActorSync.Actors;

// How it ends: with the node, or because others hold the graph.
public sealed partial class GraphActor
{
    private bool _isClosing;
    private bool _isLetGo;

    private SyncError WhyClosing => _isLetGo ? SyncRouter.BeingDropped : new SyncError(SyncErrorKind.ShuttingDown, $"the graph {_graph.ToShortString()} is closing");

    // Nothing new is taken; what is under way is finished, and reading goes on until the store closes.
    private void Closing()
    {
        var error = WhyClosing;
        Receive<Act>(act => act.Answer(Sender, new Acted(error)));
        Receive<ReceiveCommands>(receive => Sender.Tell(new CommandsReceived(_graph, receive.Tag, error)));
        // What was on its way here by a short way is answered first.
        Receive<StoreClosed>(_ => Self.Tell(PoisonPill.Instance));
        Receive<MachineTick>(_ => { });
        Receive<IdleTick>(_ => { });
        Receive<SnapshotTick>(_ => { });
        Receive<Close>(_ => { });
        Reading();
    }

    private void OnLetGo(LetGo letGo)
    {
        var isRead = IsRead(letGo.Members);
        if (isRead || _requests.Count > 0 || _appending > 0 || !_machine!.Committed.Heads.Equals(letGo.Version.Heads))
        {
            Context.Parent.Tell(new SyncRouter.Kept(_graph, isRead));
            return;
        }
        _isLetGo = true;
        Context.Parent.Tell(new SyncRouter.LetGo(_graph));
        OnClose();
    }

    private void OnClose()
    {
        _isClosing = true;
        _open.Leave(_graph, Self);
        Become(Closing);
        CloseIfDone();
    }

    private void OnCloseAtRest()
    {
        var error = WhyClosing;
        _open.Leave(_graph, Self);
        Become(() => Broken(error));
        Self.Tell(PoisonPill.Instance);
    }

    private void CloseIfDone()
    {
        if (!_isClosing || _appending > 0 || _commands is not { } commands)
            return;
        _commands = null;
        var self = Self;
        CloseAsync(_snapshots!, commands).PipeTo(self, success: () => StoreClosed.Instance, failure: _ => StoreClosed.Instance);
    }

    private static async Task CloseAsync(SnapshotKeeper snapshots, IGraphStore commands)
    {
        try
        {
            await snapshots.EndAsync();
        }
        finally
        {
            await commands.DisposeAsync();
        }
    }
}
