using ActorSync.Peers;

namespace ActorSync.Core.Tests.Peers;

public class BackoffTests
{
    private static readonly BackoffSettings Settings = new()
    {
        First = TimeSpan.FromMilliseconds(100),
        Max = TimeSpan.FromSeconds(30),
        ResetAfter = TimeSpan.FromSeconds(10),
    };

    /// <summary>Draws the most there is, so that the waits show their ceilings.</summary>
    private sealed class Highest : Random
    {
        public override double NextDouble() => 1;
    }

    [Fact]
    public void Ceilings_double_up_to_the_longest_wait()
    {
        var backoff = new Backoff(Settings, new Highest());
        double[] seconds = [.. Enumerable.Range(0, 12).Select(_ => backoff.Next().TotalSeconds)];
        Assert.Equal([0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30, 30], seconds);
    }

    [Fact]
    public void Waits_spread_over_all_that_lies_below_the_ceiling()
    {
        double[] waits = [.. Enumerable.Range(0, 1000).Select(seed => new Backoff(Settings, new Random(seed)).Next().TotalMilliseconds)];
        Assert.All(waits, wait => Assert.InRange(wait, 0, 100));
        Assert.InRange(waits.Count(wait => wait < 50), 400, 600);
    }

    [Fact]
    public void The_same_seed_gives_the_same_waits()
    {
        var (one, other) = (new Backoff(Settings, new Random(7)), new Backoff(Settings, new Random(7)));
        for (var i = 0; i < 20; i++)
            Assert.Equal(one.Next(), other.Next());
    }

    [Theory]
    [InlineData(9.9, 0.4)]
    [InlineData(10, 0.1)]
    public void Only_a_link_that_lived_for_some_time_starts_the_waits_again(double livedSeconds, double nextSeconds)
    {
        var backoff = new Backoff(Settings, new Highest());
        backoff.Next();
        backoff.Next();
        backoff.LinkEnded(TimeSpan.FromSeconds(livedSeconds));
        Assert.Equal(nextSeconds, backoff.Next().TotalSeconds);
    }
}
