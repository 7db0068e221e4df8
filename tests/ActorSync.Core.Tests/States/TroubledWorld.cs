using System.Globalization;
using ActorSync.States;
using ActorSync.Testing.States;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.States;

/// <summary>Some nodes with skewed clocks on links that lose and repeat, one of which begins with entries of its own: all as drawn.</summary>
internal static class TroubledWorld
{
    public static StateWorld Draw(int seed, Random draw, int nodesMost, StateSettings settings)
    {
        var payload = draw.Next(2) == 0 ? WireLimits.SmallestPayloadBytes : 1 << 20;
        var world = new StateWorld(seed, draw.Next(2, nodesMost + 1), settings, payload);
        foreach (var node in world.Nodes)
            node.Skew = TimeSpan.FromSeconds(draw.Next(-100, 100));
        world.Nodes[0].Has(RandomState.Many(draw.Next(300)));
        world.Link();
        world.Faults = new StateFaults
        {
            LossPercent = draw.Next(60),
            RepeatPercent = draw.Next(30),
            StorePercent = draw.Next(20),
            DelayMost = TimeSpan.FromMilliseconds(draw.Next(1, 3000)),
        };
        return world;
    }

    /// <summary>
    /// A node restarts, a link is cut, or a node writes (<paramref name="wrote"/> hears what came of it): again and again. With
    /// <paramref name="brief"/> some entries expire, which nodes notice apart from each other: they are not silent until that is over.
    /// </summary>
    public static void Disturb(this StateWorld world, Random draw, bool brief, Action<StateNode, string, string?, Result<StateSetResult>>? wrote = null)
    {
        for (var step = 0; step < 150; step++)
        {
            var node = world.Nodes[draw.Next(world.Nodes.Count)];
            switch (draw.Next(10))
            {
                case 0:
                    node.Restart();
                    break;
                case 1:
                    world.Cut(draw.Next(world.Nodes.Count), draw.Next(world.Nodes.Count), draw.Next(2) == 0);
                    break;
                case 2 when brief:
                    node.Set("brief", "1", ttlMilliseconds: draw.Next(1, 5000));
                    break;
                default:
                    var (key, json) = ("k" + draw.Next(20), draw.Next(5) == 0 ? null : draw.Next(100).ToString(CultureInfo.InvariantCulture));
                    node.Set(key, json, done: result => wrote?.Invoke(node, key, json, result));
                    break;
            }
            world.Run(TimeSpan.FromMilliseconds(draw.Next(1500)));
        }
    }
}
