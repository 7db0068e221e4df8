using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>
/// Says in full what was sent in short on a link, for those who look on: what a number stands for and what a push
/// follows is read from what was said before.
/// </summary>
internal sealed class ShortReading
{
    private readonly Dictionary<(SimNode Publisher, uint Number), (SubscriptionId Id, GraphId Graph)> _numbers = [];
    private readonly Dictionary<(SubscriptionId, GraphId, uint Index), Address> _last = [];

    /// <summary>The same message, or what it is short for.</summary>
    public SyncMessage InFull(SimNode from, SimNode to, SyncMessage message)
    {
        switch (message)
        {
            case NumberGraphs numbers:
                foreach (var (graph, number) in numbers.Graphs)
                    _numbers[(to, number)] = (numbers.Id, graph);
                return message;
            case Push push:
                _last[(push.Id, push.Graph, push.Index)] = from.Simulation.Decode(push.Commands, from.Policy.Identity)[^1].Address;
                return message;
            case ShortPush push:
                return InFull(from, _numbers[(from, push.Number)], push);
            case ShortAck ack:
                var (id, of) = _numbers[(to, ack.Number)];
                return new PushAck(id, of, ack.Index, [_last[(id, of, ack.Index)]]);
            default:
                return message;
        }
    }

    private Push InFull(SimNode from, (SubscriptionId Id, GraphId Graph) of, ShortPush push)
    {
        Address? follows = push.Index > 0 && _last.TryGetValue((of.Id, of.Graph, push.Index - 1), out var last) ? last : null;
        var commands = push.Commands.Decode(WireLimits.Default, from.Policy.Identity, follows).Value;
        _last[(of.Id, of.Graph, push.Index)] = commands[^1].Address;
        return new Push(of.Id, of.Graph, push.Index, CommandBlock.Encode(commands));
    }
}
