using System.Collections;

namespace ActorSync.Graphs.Policies;

/// <summary>An effect as it is kept: an object is made of it when somebody looks.</summary>
internal readonly record struct Emission(Command Command, string Name, ReadOnlyMemory<byte> Payload)
{
    public Effect ToEffect() => new(Command.Address, Name, Payload);
}

/// <summary>What was emitted, for those who look at it. Of a graph that catches up that is mostly nobody.</summary>
internal sealed class Emissions(Emission[] kept) : IReadOnlyList<Effect>
{
    public int Count => kept.Length;

    public Effect this[int index] => kept[index].ToEffect();

    public IEnumerator<Effect> GetEnumerator()
    {
        foreach (var emission in kept)
            yield return emission.ToEffect();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
