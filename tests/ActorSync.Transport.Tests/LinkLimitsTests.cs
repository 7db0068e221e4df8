using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Transport.Tests;

public sealed class LinkLimitsTests
{
    [Fact]
    public void The_largest_poll_fits_into_every_link()
    {
        var id = new CommandId(Enumerable.Repeat((byte)0xff, CommandId.Size).ToArray());
        var sample = new Sample(0, AllHeads: false, [.. Enumerable.Repeat(new Address(id, int.MaxValue), WireLimits.SampleAddresses)]);
        var poll = new Poll(new SessionId(ulong.MaxValue), new GraphId(id), int.MaxValue, ulong.MaxValue, int.MaxValue, id, sample);
        Assert.InRange(SyncCodec.Encode(poll).Length, 3700, LinkLimits.MinMaxPayloadBytes);
    }
}
