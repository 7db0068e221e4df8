using System.Diagnostics;
using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>
/// Rejected: fingerprints of ranges. Both order their commands by (max cut, id). The requester cuts its order into 16
/// ranges and names the sum of the ids in each; a range that differs is cut into 16 again by whoever answers, until one
/// side has at most 32 commands in it, whose ids it names by 8 bytes each. Then it is clear which to send.
/// </summary>
internal sealed class Ranges
{
    private const int Parts = 16;
    private const int MostNamed = 32;

    // Where a range ends: a max cut as a difference, and as much of an id as tells two apart.
    private const int BoundBytes = 6;
    private const int FingerprintBytes = 16;
    private const int NameBytes = 8;

    private readonly Ordered _here;
    private readonly Ordered _there;
    private readonly SortedSet<int> _sent = [];
    private readonly Pair _pair;

    private Ranges(Pair pair)
    {
        _pair = pair;
        _here = new Ordered(pair.Case.FromNothing ? null : pair.Here.Snapshot);
        _there = new Ordered(pair.There.Snapshot);
    }

    private enum Kind
    {
        Fingerprint,
        Names,
        Wanted,
        All,
    }

    /// <summary>From an address up to another, that one not included.</summary>
    private readonly record struct Span(Address Low, Address High);

    private readonly record struct Said(Span Span, Kind Kind, int Bytes);

    public static Measured Run(Pair pair)
    {
        var tally = new Tally(pair, "ranges");
        var began = Stopwatch.GetTimestamp();
        var ranges = new Ranges(pair);
        var notCounted = Stopwatch.GetElapsedTime(began);
        tally.Begin();
        if (!tally.IsLevel)
            ranges.Reconcile(tally);
        tally.Send(ranges._sent);
        return tally.ToMeasured(notCounted);
    }

    private void Reconcile(Tally tally)
    {
        var whole = new Span(default, new Address(default, int.MaxValue));
        var asked = Cut(whole, _here).ToList();
        while (asked.Count > 0)
        {
            var answered = asked.SelectMany(AnswerThere).ToList();
            tally.Exchange(asked.Sum(said => (long)said.Bytes), answered.Sum(said => (long)said.Bytes));
            if (_sent.Count > 0)
                tally.CommandsFlow();
            asked = [.. answered.SelectMany(AnswerHere)];
        }
    }

    private IEnumerable<Said> AnswerThere(Said said)
    {
        switch (said.Kind)
        {
            case Kind.All:
                Send(_there, said.Span, []);
                return [];
            case Kind.Names or Kind.Wanted:
                // Names: the responder sends what is not among them. Wanted: what the requester marked, which is the same.
                Send(_there, said.Span, Names(_here, said.Span));
                return [];
            default:
                return IsSame(said.Span) || CountIn(_there, said.Span) == 0 ? [] : Cut(said.Span, _there);
        }
    }

    private IEnumerable<Said> AnswerHere(Said said)
    {
        if (said.Kind == Kind.Names)
            return [said with { Kind = Kind.Wanted, Bytes = BoundBytes + (CountIn(_there, said.Span) + 7) / 8 }];
        if (IsSame(said.Span))
            return [];
        return CountIn(_here, said.Span) == 0 ? [said with { Kind = Kind.All, Bytes = BoundBytes }] : Cut(said.Span, _here);
    }

    // Few commands are named; more are cut into parts of equal size, each with its fingerprint.
    private static IEnumerable<Said> Cut(Span span, Ordered side)
    {
        var (from, to) = (side.PlaceOf(span.Low), side.PlaceOf(span.High));
        if (to - from <= MostNamed)
        {
            yield return new Said(span, Kind.Names, BoundBytes + (to - from) * NameBytes);
            yield break;
        }
        for (var i = 0; i < Parts; i++)
        {
            var low = i == 0 ? span.Low : side[from + (int)((long)(to - from) * i / Parts)];
            var high = i == Parts - 1 ? span.High : side[from + (int)((long)(to - from) * (i + 1) / Parts)];
            yield return new Said(new Span(low, high), Kind.Fingerprint, BoundBytes + FingerprintBytes);
        }
    }

    private bool IsSame(Span span) => FingerprintOf(_here, span) == FingerprintOf(_there, span);

    private static UInt128 FingerprintOf(Ordered side, Span span) => side.Fingerprint(side.PlaceOf(span.Low), side.PlaceOf(span.High));

    private static int CountIn(Ordered side, Span span) => side.PlaceOf(span.High) - side.PlaceOf(span.Low);

    private static HashSet<ulong> Names(Ordered side, Span span)
    {
        var names = new HashSet<ulong>();
        foreach (var address in side.Between(side.PlaceOf(span.Low), side.PlaceOf(span.High)))
            names.Add(address.Id.Prefix);
        return names;
    }

    private void Send(Ordered there, Span span, HashSet<ulong> but)
    {
        foreach (var address in there.Between(there.PlaceOf(span.Low), there.PlaceOf(span.High)))
        {
            if (!but.Contains(address.Id.Prefix))
                _sent.Add(_pair.There.Snapshot.Find(address.Id));
        }
    }
}
