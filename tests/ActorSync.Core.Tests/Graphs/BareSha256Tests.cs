using System.Security.Cryptography;
using ActorSync.Graphs;

namespace ActorSync.Core.Tests.Graphs;

public sealed class BareSha256Tests
{
    [Fact]
    public void It_gives_what_the_framework_gives_for_every_length_of_a_command()
    {
        var random = new Random(7);
        for (var length = 0; length < 5000; length += length < 300 ? 1 : 61)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            var hash = new byte[CommandId.Size];
            BareSha256.Hash(bytes, hash);
            Assert.Equal(SHA256.HashData(bytes), hash);
        }
    }

    [Fact]
    public void It_writes_nothing_behind_the_hash()
    {
        var room = new byte[CommandId.Size + 8];
        BareSha256.Hash("a command"u8, room);
        Assert.Equal(new byte[8], room[CommandId.Size..]);
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var expected = SHA256.HashData("a command"u8);
        Parallel.For(0, 10_000, _ =>
        {
            Span<byte> hash = stackalloc byte[CommandId.Size];
            BareSha256.Hash("a command"u8, hash);
            Assert.True(hash.SequenceEqual(expected));
        });
    }
}
