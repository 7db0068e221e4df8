using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>
/// Tunnels: a peer that is linked to a member, the gate, which does not hold a graph speaks through the gate's link with
/// a member that does, the holder. The holder sees a link like any other, with the peer's own identity. What comes
/// through a channel is not relayed again: a holder that does not hold the graph any more answers so.
/// <code>
/// peer ══ gate: FromOrigin ──RelayOpen, Relay──> holder: Opened, Deliver
///         gate: ToPeer &lt;──────────Relay (back)── holder: ToOrigin
/// OriginGone, Unlinked ──RelayClose──> Closed        Lost &lt;──RelayClose (back)── Hangup, Unlinked
/// </code>
/// A channel that one side has forgotten is closed by the other's answer, and opened anew by what comes next.
/// </summary>
public sealed class RelayMachine(HoldingSettings settings) : IMachine<RelayInput, RelayOutput>
{
    private readonly Dictionary<NodeId, int> _linked = [];
    private readonly Dictionary<(NodeId Origin, NodeId Holder), uint> _out = [];
    private readonly Dictionary<(NodeId Holder, uint Channel), NodeId> _origins = [];
    private readonly HashSet<RelayChannel> _in = [];
    private uint _channels;

    /// <summary>Channels of peers of this node, and those of other members' peers here.</summary>
    public (int Out, int In) Channels => (_out.Count, _in.Count);

    public void Handle(RelayInput input, MonotonicTime now, IOutbox<RelayOutput> outbox)
    {
        switch (input)
        {
            case RelayInput.Linked linked:
                CloseAll(linked.Member, outbox);
                _linked[linked.Member] = linked.MaxPayloadBytes;
                break;
            case RelayInput.Unlinked unlinked when _linked.Remove(unlinked.Member):
                CloseAll(unlinked.Member, outbox);
                break;
            case RelayInput.FromOrigin from:
                OnFromOrigin(from, outbox);
                break;
            case RelayInput.OriginGone gone:
                foreach (var channel in _out.Keys.Where(channel => channel.Origin == gone.Origin).ToArray())
                    Send(channel.Holder, new RelayClose(CloseOut(channel), false, null), outbox);
                break;
            case RelayInput.ToOrigin to when _in.Contains(to.Channel):
                Send(to.Channel.Gate, new Relay(to.Channel.Number, true, to.Payload), outbox);
                break;
            case RelayInput.Hangup hangup when _in.Remove(hangup.Channel):
                Send(hangup.Channel.Gate, new RelayClose(hangup.Channel.Number, true, hangup.Why), outbox);
                break;
            case RelayInput.Message message when _linked.ContainsKey(message.Member):
                OnMessage(message.Member, message.Value, outbox);
                break;
        }
    }

    private void OnFromOrigin(RelayInput.FromOrigin from, IOutbox<RelayOutput> outbox)
    {
        var key = (from.Origin.Node, from.Holder);
        if (!_linked.TryGetValue(from.Holder, out var most))
        {
            outbox.Put(new RelayOutput.Lost(from.Origin.Node, from.Holder, SyncErrorKind.Unreachable));
            return;
        }
        if (!_out.TryGetValue(key, out var channel))
        {
            if (_out.Keys.Count(open => open.Holder == from.Holder) >= settings.ChannelsMost)
            {
                outbox.Put(new RelayOutput.Lost(from.Origin.Node, from.Holder, SyncErrorKind.Busy));
                return;
            }
            channel = ++_channels;
            _out.Add(key, channel);
            _origins.Add((from.Holder, channel), from.Origin.Node);
            Send(from.Holder, new RelayOpen(channel, from.Origin, Math.Min(from.MaxPayloadBytes, most - PlacementCodec.RelayOverhead)), outbox);
        }
        if (from.Payload.Length > most - PlacementCodec.RelayOverhead)
            outbox.Put(new RelayOutput.Lost(from.Origin.Node, from.Holder, SyncErrorKind.LimitExceeded));
        else
            Send(from.Holder, new Relay(channel, false, from.Payload), outbox);
    }

    private void OnMessage(NodeId member, SyncMessage message, IOutbox<RelayOutput> outbox)
    {
        switch (message)
        {
            case RelayOpen open:
                OnOpen(new RelayChannel(member, open.Channel), open, outbox);
                break;
            case Relay { IsBack: false } relay:
                if (_in.Contains(new RelayChannel(member, relay.Channel)))
                    outbox.Put(new RelayOutput.Deliver(new RelayChannel(member, relay.Channel), relay.Payload));
                else
                    Send(member, new RelayClose(relay.Channel, true, SyncErrorKind.UnknownSession), outbox);
                break;
            case Relay relay:
                if (_origins.TryGetValue((member, relay.Channel), out var origin))
                    outbox.Put(new RelayOutput.ToPeer(origin, relay.Payload));
                else
                    Send(member, new RelayClose(relay.Channel, false, SyncErrorKind.UnknownSession), outbox);
                break;
            case RelayClose { IsBack: false } close when _in.Remove(new RelayChannel(member, close.Channel)):
                outbox.Put(new RelayOutput.Closed(new RelayChannel(member, close.Channel), close.Why));
                break;
            case RelayClose { IsBack: true } close when _origins.TryGetValue((member, close.Channel), out var left):
                CloseOut((left, member));
                outbox.Put(new RelayOutput.Lost(left, member, close.Why));
                break;
        }
    }

    private void OnOpen(RelayChannel channel, RelayOpen open, IOutbox<RelayOutput> outbox)
    {
        if (_in.Contains(channel))
            return;
        if (_in.Count(other => other.Gate == channel.Gate) >= settings.ChannelsMost)
        {
            Send(channel.Gate, new RelayClose(channel.Number, true, SyncErrorKind.Busy), outbox);
            return;
        }
        _in.Add(channel);
        outbox.Put(new RelayOutput.Opened(channel, open.Origin, Math.Min(open.MaxPayloadBytes, _linked[channel.Gate] - PlacementCodec.RelayOverhead)));
    }

    private void CloseAll(NodeId member, IOutbox<RelayOutput> outbox)
    {
        foreach (var channel in _out.Keys.Where(channel => channel.Holder == member).ToArray())
        {
            CloseOut(channel);
            outbox.Put(new RelayOutput.Lost(channel.Origin, member, SyncErrorKind.Unreachable));
        }
        foreach (var channel in _in.Where(channel => channel.Gate == member).ToArray())
        {
            _in.Remove(channel);
            outbox.Put(new RelayOutput.Closed(channel, SyncErrorKind.Unreachable));
        }
    }

    private uint CloseOut((NodeId Origin, NodeId Holder) key)
    {
        _out.Remove(key, out var channel);
        _origins.Remove((key.Holder, channel));
        return channel;
    }

    private static void Send(NodeId member, SyncMessage message, IOutbox<RelayOutput> outbox) =>
        outbox.Put(new RelayOutput.Send(member, SyncCodec.Encode(message)));
}
