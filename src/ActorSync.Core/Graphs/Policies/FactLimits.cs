namespace ActorSync.Graphs.Policies;

/// <summary>What one command may write and emit. A command that exceeds a limit is rejected, so all peers need the same.</summary>
public sealed record FactLimits
{
    public static readonly FactLimits Default = new();

    /// <summary>Bytes of UTF-8 of the name of a fact or an effect.</summary>
    public int NameBytes { get; init; } = 64;

    /// <summary>Bytes of a fact's key.</summary>
    public int KeyBytes { get; init; } = 1024;

    /// <summary>Bytes of a fact's value, and of an effect's payload.</summary>
    public int ValueBytes { get; init; } = 768 << 10;

    /// <summary>Facts written or deleted by one command.</summary>
    public int WritesPerCommand { get; init; } = 1024;

    /// <summary>Effects emitted by one command.</summary>
    public int EffectsPerCommand { get; init; } = 1024;

    /// <summary>Bytes of all that one command writes and emits: names, keys, values and payloads.</summary>
    public int BytesPerCommand { get; init; } = 2 << 20;
}
