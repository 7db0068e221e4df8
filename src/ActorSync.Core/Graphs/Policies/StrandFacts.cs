using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Policies;

/// <summary>The facts after the newest command of a strand that branches off far back, moved on in place with each.</summary>
/// <param name="root">The command where it branches off.</param>
internal sealed class StrandFacts(int root) : IFactSource
{
    private const int MostPlaces = 4096;

    private readonly PlaceTable _now = new();

    /// <summary>The command where it branches off.</summary>
    public int Root => root;

    /// <summary>The facts after that, or after a later one.</summary>
    public PastPlaceFacts Origin { get; } = new();


    public FactValue Find(ref SoughtPlace place)
    {
        ref var entry = ref _now.Find(place.Bytes, place.Mark);
        if (Unsafe.IsNullRef(ref entry))
            return Origin.Find(ref place);
        place.Kept = entry.Place;
        return entry.Value;
    }

    public FactTree Whole() => Origin.Whole().With(_now);

    /// <summary>Puts what was touched into the facts below, once that is so much: those are put together by then.</summary>
    public void Shrink()
    {
        if (_now.Count <= MostPlaces || !Origin.IsWhole)
            return;
        Origin.Write(_now);
        _now.Clear();
    }

    /// <summary>What the next command touched.</summary>
    public void Add(ReadOnlySpan<FactTouch> touches)
    {
        foreach (ref readonly var touch in touches)
            _now.Put(touch.Place, touch.Mark, touch.After);
    }
}
