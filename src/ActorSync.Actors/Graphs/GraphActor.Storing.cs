using System.Collections.Concurrent;
using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Peers;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// What comes in, through the machine to the store, and its fate back to who sent it.
public sealed partial class GraphActor
{
    // What is told of them stands in the mailbox behind all batches that wait there. So they are looked for before each
    // batch: whoever sends one after the other on credit would hear of none before all were taken in, and then be waited for.
    private readonly ConcurrentQueue<AppendEnded> _ended = new();

    // No command for so long is rest.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private int _restsSince;

    private void OnAct(Act act)
    {
        var token = Remember(new Request(Sender, act, null, null, [], false));
        Run(new GraphInput.Act(token, act.Priority, act.Payload));
    }

    private void OnReceive(ReceiveCommands receive)
    {
        OnAppendsEnded();
        // The batch that began the graph brought its init command, which the store has since it was made.
        var beganHere = _isNew && receive.Commands.Count > 0 && receive.Commands[0].Id == _graph.Init;
        _isNew &= !beganHere;
        var token = Remember(new Request(Sender, null, receive.Tag, receive.From, receive.From is null ? [] : receive.Commands, beganHere));
        Run(new GraphInput.Receive(token, receive.Commands, receive.From is not { } from || _settings.PeersMayFinalize.Allows(from.Node)));
    }

    private long Remember(Request request)
    {
        _requests.Add(++_tokens, request);
        return _tokens;
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new GraphInput.Tick());
    }

    private void Run(GraphInput input)
    {
        // One look at the clock is for all that follows in the same turn.
        var now = Timer.Now;
        NoteUse(now);
        _machine!.Handle(input, now, _outbox);
        while (_outbox.TryTake(out var output))
            Interpret(output, now);
    }

    private void Interpret(GraphOutput output, MonotonicTime now)
    {
        switch (output)
        {
            case GraphOutput.Append append:
                OnAppend(append, now);
                break;
            case GraphOutput.StartTimer timer:
                Timer.Start(timer.At);
                break;
            case GraphOutput.Changed changed:
                Publish(changed);
                SnapshotAtRest();
                break;
            case GraphOutput.Acted acted:
                _requests.Remove(acted.Token, out var actor);
                actor!.Act!.Answer(actor.Asker, new Acted(acted.Result));
                break;
            case GraphOutput.Received received:
                _requests.Remove(received.Token, out var sender);
                Answer(sender!, received.Result);
                break;
        }
    }

    // A store that waits for no flush commits while it is asked to: what follows stands behind what is in the outbox.
    private void OnAppend(GraphOutput.Append append, MonotonicTime now)
    {
        _appending++;
        var number = append.Number;
        var appending = _commands!.AppendAsync(append.First, append.Commands);
        if (appending is { IsCompletedSuccessfully: true, Result: null })
        {
            _appending--;
            _machine!.Handle(new GraphInput.Committed(number), now, _outbox);
            return;
        }
        _ = TellEndAsync(number, appending, _ended, Self);
    }

    private static async Task TellEndAsync(long number, Task<SyncError?> appending, ConcurrentQueue<AppendEnded> ended, IActorRef self)
    {
        try
        {
            ended.Enqueue(new AppendEnded(number, await appending.ConfigureAwait(false)));
        }
        catch (Exception why)
        {
            ended.Enqueue(new AppendEnded(number, Unexpected(why)));
        }
        self.Tell(AppendsEnded.Instance, ActorRefs.NoSender);
    }

    private void OnAppendsEnded()
    {
        while (_ended.TryDequeue(out var ended))
            OnAppendEnded(ended);
    }

    private void OnAppendEnded(AppendEnded ended)
    {
        _appending--;
        if (ended.Error is { } error)
        {
            _log.Error("Graph {0} could not commit: {1}", _graph.ToShortString(), error);
            _errors.Count(error.Kind);
            Run(new GraphInput.CommitFailed(ended.Number, error));
        }
        else
        {
            Run(new GraphInput.Committed(ended.Number));
        }
        CloseIfDone();
    }

    // Written while commands go on coming, a snapshot takes what they need, and is soon out of date: it waits until none
    // came for a while, unless it has waited for too many.
    private void SnapshotAtRest()
    {
        _snapshots!.AfterCommit(isBusy: true);
        if (!_machine!.IsSnapshotDue || Timers.IsTimerActive(SnapshotTick.Instance))
            return;
        _restsSince = _machine.Committed.Count;
        Timers.StartSingleTimer(SnapshotTick.Instance, SnapshotTick.Instance, Rest);
    }

    private void OnSnapshotTick()
    {
        if (_appending == 0 && _machine!.Committed.Count == _restsSince)
            _snapshots!.AfterCommit();
        else
            SnapshotAtRest();
    }

    private void Answer(Request request, Result<ReceiveResult> result)
    {
        if (request.BeganGraph && result.Error is null)
            result = result.Value with { Added = result.Value.Added + 1, Known = result.Value.Known - 1 };
        if (result.TryGet(out var received, out _) && received.Rejected.Count > 0)
            TellOfRejected(received);
        request.Asker.Tell(new CommandsReceived(_graph, request.Tag, result));
        // What a commit event did not tell: that the peer holds commands which were here already.
        if (request.From is { } peer && result is { Error: null, Value.Added: 0 })
            TellOf(peer, [.. request.HeadsIn(_machine!.Committed)]);
    }

    private void TellOfRejected(ReceiveResult received)
    {
        foreach (var (_, why) in received.Rejected)
            _errors.Count(why.Kind);
        _log.Warning("Graph {0} does not let in {1} commands: {2}", _graph.ToShortString(), received.LeftOut, received.Rejected[0].Why);
    }

    private sealed record Request(IActorRef Asker, Act? Act, object? Tag, PeerIdentity? From, IReadOnlyList<Command> Commands, bool BeganGraph)
    {
        // Of a batch that was kept in part, what its sender holds ends where it was cut.
        public IEnumerable<CommandId> HeadsIn(GraphSnapshot snapshot) => BatchHeads.Of(Commands.Where(command => snapshot.Contains(command.Id)));

        public void Refuse(GraphId graph, SyncError error)
        {
            if (Act is not null)
                Act.Answer(Asker, new Acted(error));
            else
                Asker.Tell(new CommandsReceived(graph, Tag, error));
        }
    }
}
