using ActorSync.Graphs;
using ActorSync.Machines;
using ActorSync.Membership;
using ActorSync.Placement;
using ActorSync.Wire;

namespace ActorSync.Testing.Membership;

// The graphs of the node: those that are on its disk, and those that it was asked to hold.
internal sealed partial class MeshNode
{
    private readonly SortedDictionary<GraphId, MeshGraph> _graphs = new(Comparer<GraphId>.Create((x, y) => x.Init.CompareTo(y.Init)));
    private readonly Dictionary<long, Action<Address?, SyncError?>> _asking = [];
    private readonly Outbox<ForwardOutput> _forwardOut = new();
    private readonly MeshTimer _forwardTimer;
    private ForwardMachine? _forward;
    private ForwardedActions? _forwarded;
    private long _asked;

    /// <summary>Its copy of a graph, with whatever of it is on the disk; null when it never heard of it.</summary>
    public MeshGraph? Find(GraphId graph) => _graphs.GetValueOrDefault(graph);

    public bool IsLinked(MeshNode other) => _linked.ContainsKey(other);

    /// <summary>A graph begins here.</summary>
    public void Make(Command init) => Graph(new GraphId(init.Id)).Make(init);

    /// <summary>An application acts here, wherever the graph is.</summary>
    public void Act(GraphId graph, byte[] payload, AckMode ack, Action<Address?, SyncError?> answer)
    {
        if (Find(graph) is { IsServing: true } here)
        {
            here.Act(payload, ack, answer);
            return;
        }
        _asking.Add(++_asked, answer);
        var holders = Rendezvous.Holders(View, graph, _world.Rule).Where(holder => _linked.Keys.Any(other => other.Id == holder));
        Forward(new ForwardInput.Act(_asked, graph, Priority.Basic(0), ack, payload, [.. holders], TimeSpan.FromSeconds(15)));
    }

    private void StartGraphs()
    {
        _forward = new ForwardMachine(_world.Holding, new Random(_simulation.Random.Next()));
        _forwarded = new ForwardedActions(_world.Holding);
        foreach (var graph in _graphs.Values)
            graph.Start();
    }

    private void StopGraphs()
    {
        _asking.Clear();
        _forwardTimer.Start(MonotonicTime.Never);
        foreach (var graph in _graphs.Values)
            graph.Stop();
    }

    private void JumpGraphs()
    {
        _forwardTimer.Arm();
        foreach (var graph in _graphs.Values)
            graph.OnJump();
    }

    private void UnlinkGraphs(MeshNode other) => Forward(new ForwardInput.Unlinked(other.Id));

    private void PlaceGraphs(MembershipView view)
    {
        foreach (var graph in _graphs.Values)
            graph.OnView(view);
    }

    private MeshGraph Graph(GraphId id)
    {
        if (_graphs.TryGetValue(id, out var graph))
            return graph;
        graph = new MeshGraph(this, _world, _simulation, id);
        _graphs.Add(id, graph);
        graph.Start();
        graph.OnView(View);
        return graph;
    }

    private void ReceiveOfGraph(MeshNode from, SyncMessage message)
    {
        switch (message)
        {
            case Hold hold:
                Graph(hold.Graph).Receive(from, hold);
                break;
            case HoldingAck ack:
                Find(ack.Graph)?.Receive(from, ack);
                break;
            case ForwardAction action:
                CarryOut(from, action);
                break;
            case ForwardResult result:
                Forward(new ForwardInput.Message(from.Id, result));
                break;
        }
    }

    private void CarryOut(MeshNode from, ForwardAction action)
    {
        var graph = Find(action.Graph);
        if (_forwarded!.Begin(from.Id, action, graph is { IsServing: true }, out var answer))
        {
            graph!.Act(action.Payload.ToArray(), action.Ack, (command, error) =>
            {
                var result = new ForwardResult(action.Token, command, error?.Kind, error?.Message ?? "");
                _forwarded.End(from.Id, result);
                Send(from.Id, SyncCodec.Encode(result));
            });
        }
        else if (answer is not null)
            Send(from.Id, SyncCodec.Encode(answer));
    }

    private void OnForwardTick() => Forward(new ForwardInput.Tick());

    private void Forward(ForwardInput input)
    {
        if (!IsRunning)
            return;
        _forward!.Handle(input, Now, _forwardOut);
        while (_forwardOut.TryTake(out var output))
        {
            switch (output)
            {
                case ForwardOutput.Send send:
                    Send(send.Node, send.Payload);
                    break;
                case ForwardOutput.StartTimer timer:
                    _forwardTimer.Start(timer.At);
                    break;
                case ForwardOutput.Done done when _asking.Remove(done.Token, out var answer):
                    answer(done.Command, done.Error);
                    break;
            }
        }
    }
}
