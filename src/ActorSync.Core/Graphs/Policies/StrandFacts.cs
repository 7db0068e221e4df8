using System.Runtime.CompilerServices;

namespace ActorSync.Graphs.Policies;

/// <summary>The facts after the newest command of a strand that branches off far back, moved on in place with each.</summary>
/// <param name="origin">The facts where it branches off.</param>
internal sealed class StrandFacts(IFactSource origin) : IFactSource
{
    private readonly PlaceTable _now = new();

    public FactValue Find(ref SoughtPlace place)
    {
        ref var entry = ref _now.Find(place.Bytes, place.Mark);
        if (Unsafe.IsNullRef(ref entry))
            return origin.Find(ref place);
        place.Kept = entry.Place;
        return entry.Value;
    }

    public FactTree Whole() => origin.Whole().With(_now);

    /// <summary>What the next command touched.</summary>
    public void Add(ReadOnlySpan<FactTouch> touches)
    {
        foreach (ref readonly var touch in touches)
            _now.Put(touch.Place, touch.Mark, touch.After);
    }
}
