namespace ActorSync.Graphs.Policies;

/// <summary>What a command tells the application when it is evaluated.</summary>
/// <param name="Command">The command.</param>
/// <param name="Name">What it is, as the policy calls it.</param>
/// <param name="Payload">What the policy gave with it.</param>
public sealed record Effect(Address Command, string Name, ReadOnlyMemory<byte> Payload);
