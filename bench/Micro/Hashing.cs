using System.Security.Cryptography;
using ActorSync.Graphs;
using BenchmarkDotNet.Attributes;

namespace ActorSync.Bench.Micro;

/// <summary>The id of a command of 100 bytes of payload: the SHA-256 of its canonical bytes, some 140.</summary>
public class Hashing
{
    private const int Hashes = 1000;

    private readonly byte[] _bytes = SampleGraph.After(new Address(default, 100_000), 1).Bytes.ToArray();
    private readonly byte[] _hash = new byte[CommandId.Size];

    [Benchmark(Baseline = true, OperationsPerInvoke = Hashes, Description = "hash: the framework's SHA-256 of a command")]
    public void Framework()
    {
        for (var i = 0; i < Hashes; i++)
            SHA256.HashData(_bytes, _hash);
    }

    [Benchmark(OperationsPerInvoke = Hashes, Description = "hash: ours")]
    public void Bare()
    {
        for (var i = 0; i < Hashes; i++)
            BareSha256.Hash(_bytes, _hash);
    }
}
