using ActorSync.Graphs.Index;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a publisher knows of one subscriber and one graph. Two things are kept apart: what was sent, so that the next
/// push never repeats, and what is acknowledged, durable at the subscriber. When acknowledgements stay out, what was
/// sent falls back to what was acknowledged, and goes out again.
/// </summary>
internal sealed class PublishedGraph(GraphSnapshot snapshot)
{
    private readonly List<(uint Index, IReadOnlyCollection<CommandId> Heads)> _unacked = [];

    // Whether all of this version was sent: most graphs at most moments, so that looking is free.
    private bool _isLevel;

    public GraphSnapshot Snapshot { get; private set; } = snapshot;

    public KnownHeads Sent { get; } = new();

    public KnownHeads Acked { get; } = new();

    /// <summary>The index of the next push.</summary>
    public uint NextIndex { get; private set; }

    /// <summary>Pushes that were sent and not acknowledged.</summary>
    public int UnackedPushes => _unacked.Count;

    /// <summary>When what is unacknowledged is sent again.</summary>
    public Machines.MonotonicTime RetryAt { get; set; } = Machines.MonotonicTime.Never;

    /// <summary>How often in a row it was sent again in vain.</summary>
    public int InVain { get; set; }

    /// <summary>Starts from the subscriber's own word, with what was remembered as far as that does not contradict it.</summary>
    /// <returns>For each address of the sample, whether this node holds it.</returns>
    public bool[] Begin(Sample sample, IEnumerable<CommandId> remembered)
    {
        var known = sample.Addresses.Select(Snapshot.Contains).ToArray();
        var told = sample.Addresses.Where((_, i) => known[i]).Select(address => address.Id);
        var exact = sample.AllHeads && known.AsSpan(0, sample.HeadCount).IndexOf(false) < 0;
        var before = exact ? [] : Acked.Ids.Concat(remembered).ToArray();
        Acked.Replace(Snapshot, before);
        foreach (var head in sample.Addresses.Take(sample.HeadCount))
            Acked.DropAfter(Snapshot, head.Id);
        Acked.AddAll(Snapshot, told);
        _isLevel = false;
        if (_unacked.Count == 0)
            Sent.Replace(Snapshot, Acked.Ids);
        else
            Sent.AddAll(Snapshot, Acked.Ids);
        return known;
    }

    public void MoveTo(GraphSnapshot snapshot)
    {
        Snapshot = snapshot;
        _isLevel = false;
    }

    /// <summary>What the subscriber lacks and was not sent.</summary>
    public IReadOnlyList<OrdinalRange> Missing()
    {
        if (_isLevel)
            return [];
        var missing = Snapshot.MissingFrom(Sent.Ids);
        _isLevel = missing.Count == 0;
        return missing;
    }

    /// <summary>Notes a push.</summary>
    /// <param name="heads">Those of its commands that none of its other commands follows.</param>
    /// <param name="wasAll">Whether the subscriber then lacks nothing of this version.</param>
    public void NoteSent(IReadOnlyCollection<CommandId> heads, bool wasAll)
    {
        _unacked.Add((NextIndex++, heads));
        if (wasAll)
            Sent.Replace(Snapshot, Snapshot.Heads.Select(head => head.Id));
        else
            Sent.AddAll(Snapshot, heads);
    }

    /// <summary>The subscriber holds these commands durably. True when that was news.</summary>
    public bool PeerHolds(IEnumerable<CommandId> ids)
    {
        var held = ids.ToArray();
        Sent.AddAll(Snapshot, held);
        return Acked.AddAll(Snapshot, held);
    }

    /// <summary>
    /// A push is acknowledged. The subscriber stores no command before its priors, so that this says nothing less of
    /// all that comes before the push's commands.
    /// </summary>
    public bool Acknowledge(uint index, IEnumerable<CommandId> heads)
    {
        var pushed = _unacked.Where(push => push.Index == index).SelectMany(push => push.Heads);
        var news = PeerHolds(heads.Concat(pushed));
        _unacked.RemoveAll(push => push.Index == index || push.Heads.All(IsAcked));
        return news;
    }

    /// <summary>Gives up on what is unacknowledged: it counts as not sent.</summary>
    public void FallBack()
    {
        _unacked.Clear();
        _isLevel = false;
        Sent.Replace(Snapshot, Acked.Ids);
    }

    private bool IsAcked(CommandId id) =>
        Acked.Ids.Any(acked => Snapshot.Contains(acked) && Snapshot.IsAncestor(id, acked));
}
