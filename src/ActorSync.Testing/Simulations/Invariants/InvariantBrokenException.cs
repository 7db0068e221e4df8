namespace ActorSync.Testing.Simulations.Invariants;

/// <summary>A promise was broken, in this run of this seed: the sentence says which, where and by what.</summary>
internal sealed class InvariantBrokenException(string message) : Exception(message);
