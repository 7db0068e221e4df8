using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

public sealed class VarintTests
{
    [Theory]
    [InlineData(0UL, "00")]
    [InlineData(1UL, "01")]
    [InlineData(127UL, "7f")]
    [InlineData(128UL, "8001")]
    [InlineData(300UL, "ac02")]
    [InlineData(16383UL, "ff7f")]
    [InlineData(16384UL, "808001")]
    [InlineData(uint.MaxValue, "ffffffff0f")]
    [InlineData(ulong.MaxValue, "ffffffffffffffffff01")]
    public void ANumberHasOneForm(ulong value, string hex)
    {
        var bytes = new byte[Varint.MaxSize];
        var size = Varint.Write(bytes, value);
        Assert.Equal(hex, Convert.ToHexStringLower(bytes, 0, size));
        Assert.Equal(size, Varint.Size(value));
        Assert.True(Varint.TryRead(bytes, out var read, out var readSize));
        Assert.Equal((value, size), (read, readSize));
    }

    [Fact]
    public void EveryLengthComesBack()
    {
        var random = new Random(3);
        var bytes = new byte[Varint.MaxSize];
        for (var i = 0; i < 10_000; i++)
        {
            var value = RandomWire.Number(random, 64);
            var size = Varint.Write(bytes, value);
            Assert.Equal(size, Varint.Size(value));
            Assert.True(Varint.TryRead(bytes.AsSpan(0, size), out var read, out _));
            Assert.Equal(value, read);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("80")]
    [InlineData("ffffff")]
    [InlineData("8000")]
    [InlineData("ff8000")]
    [InlineData("ffffffffffffffffff02")]
    [InlineData("ffffffffffffffffffff01")]
    [InlineData("80808080808080808000")]
    public void WhatIsCutTooLongOrNotTheShortestIsRefused(string hex) =>
        Assert.False(Varint.TryRead(Convert.FromHexString(hex), out _, out _));
}
