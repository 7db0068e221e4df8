using System.Collections;

namespace ActorSync.Graphs.Policies;

/// <summary>An effect as it is kept while commands are evaluated and committed.</summary>
internal readonly record struct Emitted(Command Command, string Name, ReadOnlyMemory<byte> Payload)
{
    public Effect ToEffect() => new(Command.Address, Name, Payload);
}

/// <summary>Effects that become objects when somebody looks: of a graph that catches up mostly nobody does.</summary>
internal sealed class EmittedEffects(Emitted[] emitted) : IReadOnlyList<Effect>
{
    public int Count => emitted.Length;

    public Effect this[int index] => emitted[index].ToEffect();

    public IEnumerator<Effect> GetEnumerator() => emitted.Select(effect => effect.ToEffect()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
