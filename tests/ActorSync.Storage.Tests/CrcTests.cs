namespace ActorSync.Storage.Tests;

public sealed class CrcTests
{
    [Fact]
    public void It_is_CRC32C_as_the_rest_of_the_world_computes_it()
    {
        Assert.Equal(0xe3069283, Crc.Of("123456789"u8));
        Assert.Equal(0x8a9136aa, Crc.Of(new byte[32]));
        Assert.Equal(0u, Crc.Of([]));
    }

    [Fact]
    public void Parts_give_what_the_whole_gives()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(Crc.Of(bytes), Crc.End(Crc.Add(Crc.Add(Crc.Start, bytes.AsSpan(0, cut)), bytes.AsSpan(cut))));
    }
}
