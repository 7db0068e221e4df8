using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Placement;

/// <summary>A gate and a holder, and peers of the gate that speak with the holder.</summary>
public sealed class RelayTests
{
    private const int LinkBytes = 4096;

    private static readonly NodeId Gate = new(1);
    private static readonly NodeId Holder = new(2);
    private static readonly PeerIdentity Peer = new(new NodeId(100), new InstanceId(7));
    private static readonly HoldingSettings Settings = HoldingSettings.Default with { ChannelsMost = 3 };

    private readonly RelayMachine _gate = new(Settings);
    private readonly RelayMachine _holder = new(Settings);
    private readonly Outbox<RelayOutput> _outbox = new();
    private readonly List<RelayOutput> _atGate = [];
    private readonly List<RelayOutput> _atHolder = [];

    public RelayTests() => Link();

    [Fact]
    public void A_peer_speaks_with_the_holder_as_if_it_were_linked_there()
    {
        Say(Peer, [1, 2]);
        Say(Peer, [3]);
        var opened = Assert.Single(_atHolder.OfType<RelayOutput.Opened>());
        Assert.Equal(Peer, opened.Origin);
        Assert.Equal([2, 1], _atHolder.OfType<RelayOutput.Deliver>().Select(deliver => deliver.Payload.Length));
        AtHolder(new RelayInput.ToOrigin(opened.Channel, new byte[] { 4, 5, 6 }));
        var back = Assert.Single(_atGate.OfType<RelayOutput.ToPeer>());
        Assert.Equal((Peer.Node, 3), (back.Origin, back.Payload.Length));
    }

    [Fact]
    public void No_payload_of_either_side_is_larger_than_the_links_on_its_way_take()
    {
        Say(Peer, new byte[LinkBytes]);
        Assert.Equal(SyncErrorKind.LimitExceeded, Assert.Single(_atGate.OfType<RelayOutput.Lost>()).Why);
        var most = _atHolder.OfType<RelayOutput.Opened>().Single().MaxPayloadBytes;
        Assert.InRange(SyncCodec.Encode(new Relay(uint.MaxValue, true, new byte[most])).Length, LinkBytes - 4, LinkBytes);
        AtGate(new RelayInput.FromOrigin(new PeerIdentity(new NodeId(101), default), 1000, Holder, new byte[10]));
        Assert.Equal(1000, _atHolder.OfType<RelayOutput.Opened>().Last().MaxPayloadBytes);
    }

    [Fact]
    public void A_peer_that_goes_closes_its_channel_at_the_holder()
    {
        Say(Peer, [1]);
        AtGate(new RelayInput.OriginGone(Peer.Node));
        Assert.Single(_atHolder.OfType<RelayOutput.Closed>());
        Assert.Equal(((0, 0), (0, 0)), (_gate.Channels, _holder.Channels));
    }

    [Fact]
    public void A_holder_that_hangs_up_is_heard_of_and_the_next_word_opens_another_channel()
    {
        Say(Peer, [1]);
        AtHolder(new RelayInput.Hangup(_atHolder.OfType<RelayOutput.Opened>().Single().Channel, SyncErrorKind.ShuttingDown));
        Assert.Equal(SyncErrorKind.ShuttingDown, Assert.Single(_atGate.OfType<RelayOutput.Lost>()).Why);
        Say(Peer, [1]);
        var channels = _atHolder.OfType<RelayOutput.Opened>().Select(opened => opened.Channel).ToArray();
        Assert.Equal(2, channels.Distinct().Count());
    }

    [Fact]
    public void Channels_end_with_the_link_they_go_over()
    {
        Say(Peer, [1]);
        AtGate(new RelayInput.Unlinked(Holder));
        AtHolder(new RelayInput.Unlinked(Gate));
        Assert.Equal(SyncErrorKind.Unreachable, Assert.Single(_atGate.OfType<RelayOutput.Lost>()).Why);
        Assert.Single(_atHolder.OfType<RelayOutput.Closed>());
        Say(Peer, [1]);
        Assert.Equal(2, _atGate.OfType<RelayOutput.Lost>().Count());
        Link();
        Say(Peer, [1]);
        Assert.Equal(2, _atHolder.OfType<RelayOutput.Opened>().Count());
    }

    [Fact]
    public void A_channel_that_one_side_forgot_is_closed_by_its_answer()
    {
        Say(Peer, [1]);
        AtHolder(new RelayInput.Linked(Gate, LinkBytes));
        Say(Peer, [1]);
        Assert.Equal(SyncErrorKind.UnknownSession, Assert.Single(_atGate.OfType<RelayOutput.Lost>()).Why);
        Say(Peer, [1]);
        AtGate(new RelayInput.Linked(Holder, LinkBytes));
        AtHolder(new RelayInput.ToOrigin(_atHolder.OfType<RelayOutput.Opened>().Last().Channel, new byte[1]));
        Assert.Equal(SyncErrorKind.UnknownSession, _atHolder.OfType<RelayOutput.Closed>().Last().Why);
    }

    [Fact]
    public void Channels_of_one_member_are_bounded()
    {
        for (var i = 0; i <= Settings.ChannelsMost; i++)
            Say(new PeerIdentity(new NodeId((UInt128)(100 + i)), default), [1]);
        Assert.Equal(SyncErrorKind.Busy, Assert.Single(_atGate.OfType<RelayOutput.Lost>()).Why);
        Assert.Equal(Settings.ChannelsMost, _holder.Channels.In);
        for (var i = 0u; i <= Settings.ChannelsMost; i++)
            AtHolder(new RelayInput.Message(Gate, new RelayOpen(1000 + i, Peer, 100)));
        Assert.Equal(Settings.ChannelsMost, _holder.Channels.In);
    }

    [Fact]
    public void Both_ends_may_be_gates_at_once()
    {
        Say(Peer, [1]);
        AtHolder(new RelayInput.FromOrigin(Peer, 1000, Gate, new byte[] { 9 }));
        Assert.Equal(1, _atGate.OfType<RelayOutput.Deliver>().Single().Payload.Length);
        Assert.Equal(((1, 1), (1, 1)), (_gate.Channels, _holder.Channels));
        AtGate(new RelayInput.OriginGone(Peer.Node));
        Assert.Equal(((0, 1), (1, 0)), (_gate.Channels, _holder.Channels));
    }

    private void Link()
    {
        AtGate(new RelayInput.Linked(Holder, LinkBytes));
        AtHolder(new RelayInput.Linked(Gate, LinkBytes));
    }

    private void Say(PeerIdentity peer, byte[] payload) => AtGate(new RelayInput.FromOrigin(peer, 1 << 20, Holder, payload));

    private void AtGate(RelayInput input) => Handle(_gate, _atGate, input, send => AtHolder(new RelayInput.Message(Gate, send)));

    private void AtHolder(RelayInput input) => Handle(_holder, _atHolder, input, send => AtGate(new RelayInput.Message(Holder, send)));

    private void Handle(RelayMachine machine, List<RelayOutput> outputs, RelayInput input, Action<SyncMessage> send)
    {
        var sent = new List<SyncMessage>();
        machine.Handle(input, MonotonicTime.Zero, _outbox);
        while (_outbox.TryTake(out var output))
        {
            outputs.Add(output);
            if (output is RelayOutput.Send message)
                sent.Add(SyncCodec.Decode(message.Payload, WireLimits.Default).Value);
        }
        foreach (var message in sent)
            send(message);
    }
}
