using Akka.Configuration;
using Timeout = System.Threading.Timeout;

namespace ActorSync.Engine.Tests.Configuration;

public sealed class ConfigTests
{
    private static Config Parse(string hocon) => ConfigurationFactory.ParseString(hocon);

    [Theory]
    [InlineData("on", true)]
    [InlineData("true", true)]
    [InlineData("off", false)]
    [InlineData("false", false)]
    public void A_boolean_has_its_words(string text, bool expected) =>
        Assert.Equal(expected, Parse($"a = {text}").GetBoolean("a", !expected));

    [Fact]
    public void A_word_that_is_no_boolean_is_not_supported() =>
        Assert.Throws<NotSupportedException>(() => Parse("a = maybe").GetBoolean("a"));

    [Theory]
    [InlineData("30s", 30_000)]
    [InlineData("30 s", 30_000)]
    [InlineData("1 second", 1_000)]
    [InlineData("1m", 60_000)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("500 ms", 500)]
    [InlineData("500millis", 500)]
    [InlineData("1500 micros", 1.5)]
    [InlineData("2000000ns", 2)]
    [InlineData("1.5s", 1_500)]
    [InlineData("1h", 3_600_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("0", 0)]
    [InlineData("250", 250)]
    public void A_duration_has_a_unit_or_is_in_milliseconds(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Parse($"a = {text}").GetTimeSpan("a"));

    [Fact]
    public void A_duration_may_be_infinite_where_that_is_allowed()
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, Parse("a = infinite").GetTimeSpan("a"));
        Assert.Throws<FormatException>(() => Parse("a = infinite").GetTimeSpan("a", null, allowInfinite: false));
    }

    [Theory]
    [InlineData("-1s")]
    [InlineData("1 fortnight")]
    [InlineData("soon")]
    [InlineData("s")]
    public void What_is_no_duration_is_a_format_error(string text) =>
        Assert.Throws<FormatException>(() => Parse($"a = {text}").GetTimeSpan("a"));

    [Theory]
    [InlineData("100", 100)]
    [InlineData("100b", 100)]
    [InlineData("100 bytes", 100)]
    [InlineData("128k", 128 * 1024)]
    [InlineData("128K", 128 * 1024)]
    [InlineData("64KiB", 64 * 1024)]
    [InlineData("2kB", 2_000)]
    [InlineData("1MB", 1_000_000)]
    [InlineData("1m", 1 << 20)]
    [InlineData("4 MiB", 4 << 20)]
    [InlineData("1G", 1L << 30)]
    [InlineData("1GB", 1_000_000_000)]
    [InlineData("2TiB", 2L << 40)]
    public void A_size_has_a_unit_or_is_in_bytes(string text, long bytes) =>
        Assert.Equal(bytes, Parse($"a = {text}").GetByteSize("a"));

    [Theory]
    [InlineData("1KB")]
    [InlineData("1 stone")]
    [InlineData("big")]
    [InlineData("1.5MB")]
    public void What_is_no_size_is_a_format_error(string text) =>
        Assert.Throws<FormatException>(() => Parse($"a = {text}").GetByteSize("a"));

    [Fact]
    public void Numbers_are_read_without_regard_to_culture()
    {
        var config = Parse("i = -7, d = 2.5, e = 1e3");
        Assert.Equal(-7, config.GetInt("i"));
        Assert.Equal(2.5, config.GetDouble("d"));
        Assert.Equal(1000, config.GetDouble("e"));
        Assert.Throws<FormatException>(() => config.GetInt("d"));
    }

    [Fact]
    public void An_absent_path_gets_the_default()
    {
        var config = Parse("a = 1");
        Assert.False(config.HasPath("b"));
        Assert.False(config.HasPath("a.b"));
        Assert.Equal(0, config.GetInt("b"));
        Assert.Equal(4, config.GetInt("b", 4));
        Assert.Equal(4.5, config.GetDouble("b", 4.5));
        Assert.True(config.GetBoolean("b", true));
        Assert.Null(config.GetString("b"));
        Assert.Equal("x", config.GetString("b", "x"));
        Assert.Equal(TimeSpan.FromSeconds(2), config.GetTimeSpan("b", TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.Zero, config.GetTimeSpan("b"));
        Assert.Null(config.GetByteSize("b"));
        Assert.Empty(config.GetStringList("b"));
        Assert.Null(config.GetConfig("b"));
        Assert.Null(config.GetValue("b"));
    }

    [Fact]
    public void A_fallback_fills_the_gaps_key_by_key()
    {
        var mine = Parse("a { x = 1, list = [1] }\nb = null");
        var config = mine
            .WithFallback(Parse("a { x = 2, y = 2, list = [2, 3] }\nb = 2, c { d = 2 }"))
            .WithFallback(Parse("a { x = 3, y = 3, z = 3 }\nc = 3"));
        Assert.Equal(1, config.GetInt("a.x"));
        Assert.Equal(2, config.GetInt("a.y"));
        Assert.Equal(3, config.GetInt("a.z"));
        Assert.Equal(["1"], config.GetStringList("a.list"));
        Assert.Null(config.GetString("b"));
        Assert.True(config.HasPath("b"));
        Assert.Equal(2, config.GetInt("c.d"));
        Assert.Equal(2, config.GetConfig("a")!.GetInt("y"));
        Assert.False(mine.HasPath("a.y"));
    }

    [Fact]
    public void Empty_configurations_are_passed_over()
    {
        var config = Parse("a = 1");
        Assert.Same(config, ConfigurationFactory.Empty.WithFallback(config));
        Assert.Same(config, config.WithFallback(null));
        Assert.Equal(1, config.WithFallback(Config.Empty).GetInt("a"));
        Assert.True(Parse("# nothing\n").IsEmpty);
        Assert.True(Config.Empty.IsEmpty);
        Assert.False(config.IsEmpty);
    }

    [Fact]
    public void A_configuration_is_not_its_own_fallback()
    {
        var config = Parse("a = 1");
        Assert.Throws<ArgumentException>(() => config.WithFallback(config));
    }

    [Fact]
    public void Every_key_can_be_listed()
    {
        var config = Parse("a { x = 1, \"y.z\" = [2] }\nb = 3").WithFallback(Parse("a.w = 4, c.v = 5"));
        Assert.Equal(["a", "b", "c"], config.Root.GetObject()!.Items.Keys.Order());
        Assert.Equal(["w", "x", "y.z"], config.Root.GetObject()!.GetKey("a")!.GetObject()!.Items.Keys.Order());
    }

    [Fact]
    public void Its_text_is_HOCON_again()
    {
        var again = Parse(Parse("a { b = 1, c = \"x y\" }\nd = [1, 2], e { f { g = h } }").Root.ToString()!);
        Assert.Equal(1, again.GetInt("a.b"));
        Assert.Equal("x y", again.GetString("a.c"));
        Assert.Equal(["1", "2"], again.GetStringList("d"));
        Assert.Equal("h", again.GetString("e.f.g"));
    }

    [Fact]
    public void A_text_is_a_configuration_where_one_is_asked_for()
    {
        Config config = "a = 1";
        Assert.Equal(1, config.GetInt("a"));
    }
}
