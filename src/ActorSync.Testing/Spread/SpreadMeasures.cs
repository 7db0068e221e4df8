using ActorSync.Graphs;
using ActorSync.Testing.Simulations;
using ActorSync.Wire;

namespace ActorSync.Testing.Spread;

/// <summary>What became of one commit.</summary>
/// <param name="Command">The command.</param>
/// <param name="MadeAt">When the first node held it.</param>
/// <param name="Taken">Until the last of those that run now held it; null when one does not yet.</param>
/// <param name="Redundant">Copies that came to a node which had it, or got it before.</param>
/// <param name="HopsMost">The most links that it passed to a node.</param>
public sealed record SpreadCommit(CommandId Command, TimeSpan MadeAt, TimeSpan? Taken, int Redundant, int HopsMost);

/// <summary>Payloads of one kind.</summary>
public readonly record struct SpreadTraffic(long Messages, long Bytes);

/// <summary>Sees every copy of every commit, and counts what went over the links.</summary>
public sealed class SpreadMeasures : ISimTraffic
{
    private readonly SpreadWorld _world;
    private readonly Dictionary<CommandId, Story> _stories = [];
    private readonly List<Story> _order = [];
    private readonly Dictionary<SyncType, SpreadTraffic> _traffic = [];

    internal SpreadMeasures(SpreadWorld world)
    {
        _world = world;
    }

    /// <summary>What went over the links so far, by kind; framing not counted.</summary>
    public IReadOnlyDictionary<SyncType, SpreadTraffic> Traffic => _traffic;

    /// <summary>All payloads so far.</summary>
    public SpreadTraffic Total => new(_traffic.Values.Sum(traffic => traffic.Messages), _traffic.Values.Sum(traffic => traffic.Bytes));

    /// <summary>How many commits were seen.</summary>
    public int Count => _order.Count;

    /// <summary>The commits, in the order in which they were made; merges are commits as well, the init command is none.</summary>
    /// <param name="from">Those made before it are left out, by their number.</param>
    public IReadOnlyList<SpreadCommit> Commits(int from = 0)
    {
        var alive = _world.Alive.ToArray();
        return [.. _order.Skip(from).Select(story => story.ToCommit(alive))];
    }

    /// <summary>Redundant copies a node and commit, over all commits from that number on.</summary>
    public double Redundancy(int from = 0)
    {
        var commits = Commits(from);
        return commits.Count == 0 ? 0 : commits.Average(commit => (double)commit.Redundant) / _world.Alive.Count();
    }

    internal void OnArrived(SpreadNode node, SpreadNode from, IReadOnlyList<Command> commands)
    {
        foreach (var command in commands)
            StoryOf(command.Id)?.Arrive(node.Number, from.Number);
    }

    internal void OnHeld(SpreadNode node, CommandId command) => StoryOf(command)?.Hold(node.Number, _world.Elapsed);

    void ISimTraffic.OnSent(SimLink link, SimNode from, SyncMessage message, int bytes)
    {
        var before = _traffic.GetValueOrDefault(message.Type);
        _traffic[message.Type] = new SpreadTraffic(before.Messages + 1, before.Bytes + bytes);
    }

    void ISimTraffic.OnLost()
    {
    }

    void ISimTraffic.OnRepeated()
    {
    }

    void ISimTraffic.OnOvertaken()
    {
    }

    private Story? StoryOf(CommandId id)
    {
        if (id == _world.Graph.Init)
            return null;
        if (!_stories.TryGetValue(id, out var story))
        {
            _stories.Add(id, story = new Story(id, _world.Elapsed));
            _order.Add(story);
        }
        return story;
    }

    /// <summary>Where a commit was when, and how it came there.</summary>
    private sealed class Story(CommandId id, TimeSpan madeAt)
    {
        private readonly Dictionary<int, int> _hops = [];
        private readonly Dictionary<int, TimeSpan> _held = [];
        private int _redundant;

        public void Arrive(int node, int from)
        {
            if (!_hops.TryAdd(node, _hops.GetValueOrDefault(from) + 1))
                _redundant++;
        }

        public void Hold(int node, TimeSpan at)
        {
            _hops.TryAdd(node, 0);
            _held.TryAdd(node, at);
        }

        public SpreadCommit ToCommit(IReadOnlyList<SpreadNode> alive)
        {
            TimeSpan? last = TimeSpan.Zero;
            foreach (var node in alive)
                last = last is { } so && _held.TryGetValue(node.Number, out var at) ? (at > so ? at : so) : null;
            return new SpreadCommit(id, madeAt, last - madeAt, _redundant, _hops.Values.Max());
        }
    }
}
