using System.Diagnostics;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Graphs;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>
/// What it takes one core to hash every command once by the framework's call, as whoever checks what comes would. The bare
/// hash is faster; src/ActorSync.Core/Graphs/BareSha256.cs says how.
/// </summary>
internal static class HashRate
{
    public const string Name = "SHA-256 of each by the framework's call, one core";

    public static double Of(int commands)
    {
        // Canonical bytes of an ordinary command: its head, its prior and the payload.
        var bytes = Command.Create(Prior.Single(new Address(default, 100_000)), Priority.Basic(0), GeneratedGraph.Payload(1)).Bytes.Span;
        Span<byte> hash = stackalloc byte[CommandId.Size];
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < commands; i++)
            System.Security.Cryptography.SHA256.HashData(bytes, hash);
        return commands / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
