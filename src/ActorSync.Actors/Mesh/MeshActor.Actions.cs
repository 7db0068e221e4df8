using ActorSync.Graphs;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Actor;
using Address = ActorSync.Graphs.Address;

namespace ActorSync.Actors;

// Actions: carried out where the graph is served.
internal sealed partial class MeshActor
{
    /// <summary>An action of this node's own applications. Answered by <see cref="GraphActor.Acted"/>.</summary>
    public sealed record Act(GraphId Graph, GraphActor.Act Action, AckMode? Ack, TimeSpan? Within) : ILocalMessage;

    /// <summary>A message of the mesh, from a peer. The peer's actor is told when it was handled.</summary>
    public sealed record FromPeer(PeerRef Peer, SyncMessage Message) : ILocalMessage;

    /// <summary>Answered by <see cref="Holdings"/>.</summary>
    public sealed record GetHoldings : ILocalMessage
    {
        public static readonly GetHoldings Instance = new();
    }

    public sealed record Holdings(IReadOnlyList<HoldingStatus> Graphs) : ILocalMessage;

    private sealed record CarriedOut(NodeId From, ulong Token, GraphActor.Acted Acted) : ILocalMessage;

    private sealed record Forwarding(Act Act, IActorRef Asker) : ILocalMessage;

    private AckMode AckOf(Act act) => act.Ack ?? _mesh.Options.Ack;

    private void OnAct(Act act)
    {
        var holding = _holdings.GetValueOrDefault(act.Graph);
        if (holding is { State: HoldingState.Serving })
        {
            holding.Actor.Forward(new HolderActor.Act(act.Action, AckOf(act), act.Within));
            return;
        }
        var holders = holding?.Others ?? Rendezvous.Holders(_view, act.Graph, _mesh.Options.Placement);
        _forwarding.Add(++_tokens, new Forwarding(act, Sender));
        Run(new ForwardInput.Act(
            _tokens, act.Graph, act.Action.Priority, AckOf(act), act.Action.Payload,
            [.. holders.Where(_linked.ContainsKey)], act.Within ?? _mesh.Options.Holding.ReplicateWithin));
    }

    private void Run(ForwardInput input)
    {
        _forward.Handle(input, Timer.Now, _outbox);
        while (_outbox.TryTake(out var output))
        {
            switch (output)
            {
                case ForwardOutput.Send send:
                    Send(send.Node, send.Payload);
                    break;
                case ForwardOutput.Done done when _forwarding.Remove(done.Token, out var forwarding):
                    OnDone(forwarding, done);
                    break;
                case ForwardOutput.StartTimer timer:
                    Timer.Start(timer.At);
                    break;
            }
        }
    }

    // What no holder carries out is carried out here, if the graph is here: commands merge, wherever they are made.
    private void OnDone(Forwarding forwarding, ForwardOutput.Done done)
    {
        var isOpen = done.Command is null && done.Error?.Kind is SyncErrorKind.NotHolder or SyncErrorKind.UnknownGraph or SyncErrorKind.ShuttingDown;
        if (isOpen && _holdings.TryGetValue(forwarding.Act.Graph, out var holding))
            holding.Actor.Tell(new HolderActor.Act(forwarding.Act.Action, AckOf(forwarding.Act), forwarding.Act.Within), forwarding.Asker);
        else
            forwarding.Asker.Tell(new GraphActor.Acted(done.Error is { } error ? error : done.Command!.Value) { Durable = done.Command });
    }

    private void OnForwarded(NodeId from, ForwardAction action)
    {
        var holding = _holdings.GetValueOrDefault(action.Graph);
        if (!_forwarded.Begin(from, action, holding is { State: HoldingState.Serving }, out var answer))
        {
            if (answer is not null)
                Send(from, SyncCodec.Encode(answer));
            return;
        }
        var (self, token) = (Self, action.Token);
        var within = TimeSpan.FromMilliseconds(action.WithinMilliseconds);
        var act = new HolderActor.Act(new GraphActor.Act(action.Payload, action.Priority), action.Ack, within);
        holding!.Actor.Ask<GraphActor.Acted>(act, within + _mesh.Sync.Settings.GraphTimeout).PipeTo(
            self,
            success: acted => new CarriedOut(from, token, acted),
            failure: _ => new CarriedOut(from, token, new GraphActor.Acted(new SyncError(SyncErrorKind.Unreachable, "the holder did not answer in time: the action may have been carried out"))));
    }

    private void OnCarriedOut(CarriedOut carried)
    {
        var error = carried.Acted.Result.Error;
        Address? command = error is null ? carried.Acted.Result.Value : carried.Acted.Durable;
        var result = new ForwardResult(carried.Token, command, error?.Kind, error?.Message ?? "");
        _forwarded.End(carried.From, result);
        Send(carried.From, SyncCodec.Encode(result));
    }

    private void OnTick()
    {
        if (Timer.IsDue())
            Run(new ForwardInput.Tick());
    }
}
