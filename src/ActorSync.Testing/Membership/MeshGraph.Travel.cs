using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Membership;

// How commands travel between the copies of a graph: whole, or not at all.
internal sealed partial class MeshGraph
{
    // What the other lacks by now, or nothing; it says when that is durable, or nothing.
    private void Push(MeshNode other, GraphSnapshot snapshot)
    {
        var run = _run;
        // A planted bug: what was sent counts as acknowledged.
        if (_simulation.Bug == PlantedBug.CountsWhatWasSent)
            Replicate(new ReplicationInput.Acked(other.Id, snapshot.Heads));
        if (_world.Copies() == 0)
            return;
        _simulation.After(_world.Delay(), () =>
        {
            if (!_world.Passes(_node, other) || other.Find(Id) is not { } there)
                return;
            there.Take(snapshot, isTaken =>
            {
                if (isTaken && _world.Copies() > 0)
                {
                    _simulation.After(_world.Delay(), () =>
                    {
                        if (run == _run && _world.Passes(other, _node))
                            Replicate(new ReplicationInput.Acked(other.Id, snapshot.Heads));
                    });
                }
            });
        });
    }

    // Takes what another's version has and this one has not: the init command first, if the graph is not here.
    private void Take(GraphSnapshot version, Action<bool> taken)
    {
        if (_machine is null)
        {
            if (State == HoldingState.Absent)
            {
                taken(false);
                return;
            }
            Make(version.Read(0));
        }
        var commands = version.MissingFrom(Committed!.Heads.Select(head => head.Id)).SelectMany(range => Enumerable.Range(range.First, range.Count)).Select(version.Read).ToArray();
        if (commands.Length == 0)
        {
            taken(true);
            return;
        }
        _receiving.Add(++_tokens, taken);
        Run(new GraphInput.Receive(_tokens, commands));
    }

    // Between holders, now and then, whatever was lost.
    private void PlanPoll()
    {
        var run = _run;
        _simulation.After(_simulation.Draw(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15)), () =>
        {
            if (run != _run)
                return;
            if (_machine is not null && _holding!.Holders is { Count: > 1 } holders)
                Poll(holders[_simulation.Random.Next(holders.Count)], _ => { });
            PlanPoll();
        });
    }

    private void Poll(NodeId node, Action<SyncError?> ended)
    {
        var (run, other) = (_run, _world.NodeOf(node));
        _simulation.After(_world.Delay() * 4, () =>
        {
            if (run != _run)
                return;
            if (other is null || other == _node || !_node.IsLinked(other) || !_world.Passes(_node, other) || !_world.Passes(other, _node) || _world.Chance(_world.LossPercent))
                _simulation.After(TimeSpan.FromSeconds(3), () => End(new SyncError(SyncErrorKind.Unreachable, "no answer")));
            else if (other.Find(Id)?.Committed is { } version)
                Take(version, isTaken => End(isTaken ? null : new SyncError(SyncErrorKind.StoreFailed, "the disk is full")));
            else
                End(new SyncError(SyncErrorKind.UnknownGraph, "it is not there"));
        });

        void End(SyncError? error)
        {
            if (run == _run)
                ended(error);
        }
    }
}
