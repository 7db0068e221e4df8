using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>What a case is held to.</summary>
internal enum Bar
{
    /// <summary>One round trip, under 200 bytes both ways.</summary>
    Level,

    /// <summary>Commands after one round trip, none in vain.</summary>
    Behind,

    /// <summary>
    /// Commands after at most two round trips, none in vain: what the requester holds was never all that the responder
    /// held, so that no digest names its heads, and they have to be told.
    /// </summary>
    BehindApart,

    /// <summary>No command that the requester is known to hold.</summary>
    Spoken,

    /// <summary>Commands after at most three round trips, of which at most 5 % or 100, the larger, are in vain.</summary>
    Strangers,
}

/// <summary>Two peers over a common history.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Bar">What it is held to.</param>
/// <param name="Here">What the requester holds beyond the common history.</param>
/// <param name="There">What the responder holds beyond it.</param>
internal sealed record Case(string Name, Bar Bar, Func<GraphSnapshot, IEnumerable<Command>> Here, Func<GraphSnapshot, IEnumerable<Command>> There)
{
    /// <summary>Whether the responder remembers that the requester holds the common history.</summary>
    public bool HasSpoken { get; init; }

    /// <summary>Whether the requester holds nothing at all.</summary>
    public bool FromNothing { get; init; }
}

/// <summary>A common history, and the cases over it.</summary>
internal sealed record Scene(string Name, Func<IEnumerable<Command>> Common, IReadOnlyList<Case> Cases);

/// <summary>All cases, of a size that follows from that of the common history.</summary>
internal static class Scenes
{
    /// <summary>The fewest common commands over which the cases show what they are meant to.</summary>
    public const int Smallest = 5_000;

    /// <param name="common">Commands of the common histories: the cases' sizes are those of their names for a million.</param>
    public static IReadOnlyList<Scene> Over(int common)
    {
        var (some, many) = (Math.Min(1_000, common / 20), common / 10);
        return
        [
            new Scene($"a line of {common:N0}", () => History.Trunk(common),
            [
                new Case("level, 1 head", Bar.Level, Nothing, Nothing),
                .. new[] { 1, some, many }.Select(n => new Case($"behind by {n:N0}", Bar.Behind, Nothing, Grown("there", n))),
                .. new[] { 10, some, many }.Select(n => new Case($"diverged by {n:N0}, spoken", Bar.Spoken, Grown("here", n), Grown("there", n)) { HasSpoken = true }),
                .. new[] { 10, some, many }.Select(n => new Case($"diverged by {n:N0}, strangers", Bar.Strangers, Grown("here", n), Grown("there", n))),
                new Case($"diverged by {many:N0} here and {some:N0} there, strangers", Bar.Strangers, Grown("here", many), Grown("there", some)),
                new Case($"diverged by {some:N0} here and {many:N0} there, strangers", Bar.Strangers, Grown("here", some), Grown("there", many)),
                new Case("64 heads, 32 of them unknown on each side, strangers", Bar.Strangers, at => Branches(at, "here"), at => Branches(at, "there")),
                new Case("against an empty peer", Bar.Behind, Nothing, Nothing) { FromNothing = true },
            ]),
            new Scene($"64 strands, together {common:N0}", () => History.Strands(common, 64),
            [
                new Case("level, 64 heads", Bar.Level, Nothing, Nothing),
                .. new[] { 1, some, many }.Select(n => new Case($"behind by {n:N0}, 64 heads, spoken", Bar.Behind, Nothing, Grown("there", n)) { HasSpoken = true }),
                .. new[] { 1, some, many }.Select(n => new Case($"behind by {n:N0}, 64 heads, strangers", Bar.Behind, Nothing, Grown("there", n))),
                .. new[] { some, many }.Select(n => new Case($"behind by {n:N0}, 64 heads that never stood together there, strangers", Bar.BehindApart, Half(0, n), at => Half(1, n)(at).Concat(Half(0, n)(at)))),
                new Case($"diverged by {some:N0}, 64 heads, spoken", Bar.Spoken, Grown("here", some), Grown("there", some)) { HasSpoken = true },
                new Case($"diverged by {some:N0}, 64 heads, strangers", Bar.Strangers, Grown("here", some), Grown("there", some)),
                new Case($"diverged by {many:N0}, 64 heads, strangers", Bar.Strangers, Grown("here", many), Grown("there", many)),
            ]),
            new Scene($"{common / 100:N0} small branches merged, together {common:N0}", () => History.Sides(common, common / 100),
            [
                new Case($"behind by {some:N0} over small branches", Bar.Behind, Nothing, Grown("there", some)),
                new Case($"diverged by {some:N0} over small branches, strangers", Bar.Strangers, Grown("here", some), Grown("there", some)),
                new Case($"diverged by {many:N0} over small branches, strangers", Bar.Strangers, Grown("here", many), Grown("there", many)),
            ]),
            new Scene($"24 writers who merge, together {common:N0}", () => History.Writers(common, 24),
            [
                new Case($"behind by {some:N0}, 24 writers, strangers", Bar.Behind, Nothing, Grown("there", some)),
                new Case($"diverged by {some:N0}, 24 writers, spoken", Bar.Spoken, Grown("here", some), Grown("there", some)) { HasSpoken = true },
                new Case($"diverged by {some:N0}, 24 writers, strangers", Bar.Strangers, Grown("here", some), Grown("there", some)),
                new Case($"diverged by {many:N0}, 24 writers, strangers", Bar.Strangers, Grown("here", many), Grown("there", many)),
            ]),
        ];
    }

    private static IEnumerable<Command> Nothing(GraphSnapshot at) => [];

    // Every head of the common history grows.
    private static Func<GraphSnapshot, IEnumerable<Command>> Grown(string name, int commands) =>
        at => History.On([.. at.Heads], commands, name);

    // Every other head of the common history grows.
    private static Func<GraphSnapshot, IEnumerable<Command>> Half(int which, int commands) =>
        at => History.On([.. at.Heads.Where((_, i) => i % 2 == which)], commands, $"half {which}");

    // 64 branches of ten commands off the newest 6,400; the first 32 of them the other side has as well.
    private static IEnumerable<Command> Branches(GraphSnapshot at, string name) =>
        Enumerable.Range(0, 64).SelectMany(i => History.Run(at.AddressOf(at.Count - 2 - i * Math.Min(100, at.Count / 100)), 10, i < 32 ? $"both {i}" : $"{name} {i}"));
}
