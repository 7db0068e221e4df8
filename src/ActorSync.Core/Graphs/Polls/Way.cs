using ActorSync.Graphs.Index;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// A way from a command toward the root that at each merge follows the prior of the greater max cut: it has exactly one
/// command of each max cut, and all that comes before a known one is known with it. It ends where it meets a way that was
/// laid before.
/// </summary>
internal sealed class Way
{
    private readonly GraphIndex _index;
    private readonly List<(int MaxCut, int Ordinal)> _runs = [];
    private Way? _joined;

    private Way(GraphIndex index, int start)
    {
        _index = index;
        Start = End = index.MaxCutOf(start);
        Unknown = Start + 1;
    }

    /// <summary>Max cut of its first command.</summary>
    public int Start { get; }

    /// <summary>Max cut below its last command: where it meets another way; -1 below the init command.</summary>
    public int End { get; private set; }

    /// <summary>Max cut of the newest command that the responder is known to hold; <see cref="End"/> while none is.</summary>
    public int Known { get; private set; }

    /// <summary>Max cut of the oldest command that it is known to lack; one above <see cref="Start"/> while none is.</summary>
    public int Unknown { get; private set; }

    /// <summary>Whether commands were sampled on this way itself.</summary>
    public bool IsSampled { get; set; }

    /// <summary>Commands of which it is open whether they are known.</summary>
    public int Open => _joined is not null && _joined.Unknown <= End ? 0 : Unknown - Known - 1;

    /// <summary>Lays a way.</summary>
    /// <param name="index">The graph.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="laid">The ways laid before: by the first command of each run that they enter, which way and where.</param>
    /// <param name="steps">How many runs may still be walked; a way that uses them up ends there.</param>
    public static Way Lay(GraphIndex index, int start, Dictionary<int, (Way Way, int Entry)> laid, ref int steps)
    {
        var way = new Way(index, start);
        for (var at = start; at >= 0 && steps-- > 0;)
        {
            ref var segment = ref index.SegmentOf(at);
            var isLaid = laid.TryGetValue(segment.First, out var other);
            if (!isLaid || other.Entry < at)
                way._runs.Add((index.MaxCutOf(at), at));
            way.End = isLaid ? index.MaxCutOf(Math.Min(at, other.Entry)) : segment.MaxCut - 1;
            if (isLaid)
            {
                way._joined = other.Way;
                break;
            }
            laid.Add(segment.First, (way, at));
            at = index.RightOf(in segment) is >= 0 and var right && index.MaxCutOf(right) > index.MaxCutOf(segment.Left) ? right : segment.Left;
        }
        way.Known = way.End;
        return way;
    }

    /// <summary>Its command of that max cut, which is above <see cref="End"/> and not above <see cref="Start"/>.</summary>
    public int At(int maxCut)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            (low, high) = _runs[middle].MaxCut >= maxCut ? (middle, high) : (low, middle - 1);
        }
        return _runs[low].Ordinal - (_runs[low].MaxCut - maxCut);
    }

    /// <summary>The responder said that it lacks a command, which may lie on this way.</summary>
    public void Lacks(Address address)
    {
        if (address.MaxCut > End && address.MaxCut < Unknown && _index.AddressOf(At(address.MaxCut)) == address)
            Unknown = address.MaxCut;
    }

    /// <summary>The responder holds, for all that is known, what is not open; with a command it holds all before it.</summary>
    public void HoldsAllBut(Predicate<int> isOpen)
    {
        var (low, high) = (Known, Unknown - 1);
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            (low, high) = isOpen(At(middle)) ? (low, middle - 1) : (middle, high);
        }
        Known = low;
    }
}
