namespace ActorSync.Wire;

/// <summary>
/// The commands of one message as they travel: priors implied or as references back where they can be, ids left out.
/// The bytes are decoded once, by whoever knows the graph and so how its ids are derived.
/// </summary>
public sealed class CommandBlock(ReadOnlyMemory<byte> bytes)
{
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}
