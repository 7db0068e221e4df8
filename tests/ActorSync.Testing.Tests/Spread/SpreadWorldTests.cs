using ActorSync.Testing.Spread;
using Xunit.Abstractions;

namespace ActorSync.Testing.Tests.Spread;

/// <summary>How commits spread through a mesh of 50 nodes: few copies too many, and all of them again when many nodes die.</summary>
public sealed class SpreadWorldTests(ITestOutputHelper output)
{
    private const double MostRedundant = 0.5;

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_commit_reaches_all_with_few_copies_too_many(int seed)
    {
        var world = Begin(new SpreadOptions { Seed = seed });
        var writer = world.Draw(1)[0];
        for (var round = 0; round < 60; round++)
        {
            (round < 20 ? writer : world.Draw(1)[0]).Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        for (var round = 0; round < 10; round++)
        {
            foreach (var node in world.Draw(5))
                node.Act();
            world.Run(TimeSpan.FromSeconds(2));
        }
        world.Run(TimeSpan.FromSeconds(10));

        Assert.True(world.IsLevel);
        Assert.All(world.Measures.Commits(), commit => Assert.NotNull(commit.Taken));
        Assert.InRange(world.Measures.Redundancy(), 0, MostRedundant);
        Assert.All(world.Measures.Commits().Take(60), commit => Assert.InRange(commit.Redundant / 50.0, 0, MostRedundant));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void When_three_of_ten_die_the_rest_reach_all_again(int seed)
    {
        var world = Begin(new SpreadOptions { Seed = seed });
        for (var round = 0; round < 10; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(1));
        }
        world.Kill(world.Draw(15));
        var (from, killed) = (world.Measures.Count, world.Elapsed);
        for (var round = 0; round < 20; round++)
        {
            world.Draw(1)[0].Act();
            world.Run(TimeSpan.FromSeconds(0.4));
        }

        Assert.True(world.RunUntil(() => world.IsLevel, Again - (world.Elapsed - killed)));
        output.WriteLine($"redundancy {world.Measures.Redundancy(from)}");
        Assert.All(world.Measures.Commits(from), commit => Assert.InRange(commit.Taken!.Value, TimeSpan.Zero, Again));
        Assert.InRange(world.Measures.Redundancy(from), 0, MostRedundant);
    }

    private static SpreadWorld Begin(SpreadOptions options)
    {
        var world = new SpreadWorld(options);
        world.Meet(TimeSpan.FromSeconds(1));
        world.Run(TimeSpan.FromSeconds(10));
        return world;
    }
}
