using ActorSync.Bench.Negotiation;

namespace ActorSync.Core.Tests.Polls;

/// <summary>The cases of bench/Negotiation over smaller common histories: each is held to its bar.</summary>
public sealed class NegotiationTests(Xunit.Abstractions.ITestOutputHelper output)
{
    public static TheoryData<int, int> Each
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (var common in new[] { 5_000, 20_000 })
            {
                for (var scene = 0; scene < Scenes.Over(common).Count; scene++)
                    data.Add(common, scene);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Each))]
    public void WhatIsSentBesideAndInVainKeepsWithinItsBar(int common, int scene)
    {
        foreach (var measured in new Pair(Scenes.Over(common)[scene]).Run([pair => new Samples(pair).Run()]))
        {
            output.WriteLine(measured.ToString());
            Assert.True(measured.IsMet, measured.ToString());
        }
    }

    // A bar that nothing can miss would hold nothing.
    [Fact]
    public void TheBarsTellWhatMissesThem()
    {
        var level = new Measured
        {
            Method = "none",
            Case = "level",
            Bar = Bar.Level,
            TripsToPayload = 1,
            Trips = 1,
            Overhead = 199,
            CommandBytes = 0,
            Sent = 0,
            InVain = 0,
            KnownInVain = 0,
            Milliseconds = 0,
        };
        Assert.True(level.IsMet);
        Assert.False((level with { Overhead = 200 }).IsMet);
        Assert.False((level with { Trips = 2 }).IsMet);
        Assert.False((level with { Bar = Bar.Behind, InVain = 1 }).IsMet);
        Assert.False((level with { Bar = Bar.Behind, TripsToPayload = 2 }).IsMet);
        Assert.False((level with { Bar = Bar.Spoken, KnownInVain = 1 }).IsMet);
        Assert.True((level with { Bar = Bar.Strangers, Sent = 4_000, InVain = 200 }).IsMet);
        Assert.False((level with { Bar = Bar.Strangers, Sent = 4_000, InVain = 201 }).IsMet);
        Assert.False((level with { Bar = Bar.Strangers, TripsToPayload = 4 }).IsMet);
    }
}
