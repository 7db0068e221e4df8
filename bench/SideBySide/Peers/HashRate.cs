using System.Diagnostics;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Graphs;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>The limit of a catch-up on one core: every command that comes must be hashed once.</summary>
internal static class HashRate
{
    public const string Name = "SHA-256 of each, one core";

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
