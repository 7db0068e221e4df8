using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a subscriber who was sent certain heads lacks of one version. A commit is mostly the same news to all
/// subscribers: the version keeps what was found out for the last of them, and the push that brought all of it.
/// </summary>
/// <param name="After">What the subscriber was sent.</param>
/// <param name="Missing">What it lacks, and may be sent.</param>
/// <param name="Heads">What it holds then, with all that comes before.</param>
internal sealed record Lack(IReadOnlyList<Address> After, IReadOnlyList<OrdinalRange> Missing, IReadOnlyCollection<CommandId> Heads)
{
    public static readonly Lack Nothing = new([], [], []);

    // Subscribers on several threads share it: whichever of two was set last is as good as the other.
    private volatile PushBatch? _whole;

    /// <summary>The push that brings all of it, if one was made.</summary>
    public PushBatch? Whole
    {
        get => _whole;
        set => _whole = value;
    }

    /// <summary>What is lacking of the version after these heads, without what the subscriber does not let in.</summary>
    public static Lack Of(GraphSnapshot version, IReadOnlyList<Address> after, IReadOnlyCollection<CommandId> rejected)
    {
        if (rejected.Count > 0)
            return Find(version, after, rejected);
        if (version.LastLack is { } known && (ReferenceEquals(known.After, after) || known.After.SequenceEqual(after)))
            return known;
        return version.LastLack = Find(version, after, rejected);
    }

    private static Lack Find(GraphSnapshot version, IReadOnlyList<Address> after, IReadOnlyCollection<CommandId> rejected) =>
        new(after, version.MissingFrom(after.Select(head => head.Id), rejected), version.HeadsWithout(rejected).ToArray());
}
