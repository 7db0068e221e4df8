using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Engine.Tests.Configuration;

/// <summary>What both engines read the same way.</summary>
public sealed class HoconParsingTests
{
    private static Config Parse(string hocon) => ConfigurationFactory.ParseString(hocon);

    [Theory]
    [InlineData("a = 1", "a", "1")]
    [InlineData("a : 1", "a", "1")]
    [InlineData("a.b.c = 1", "a.b.c", "1")]
    [InlineData("a { b { c = 1 } }", "a.b.c", "1")]
    [InlineData("a { b.c = 1 }", "a.b.c", "1")]
    [InlineData("a = { b = 1 }", "a.b", "1")]
    [InlineData("{ a = 1 }", "a", "1")]
    [InlineData("{ \"a\" : { \"b\" : 1 }, \"c\" : 2 }", "c", "2")]
    [InlineData("a =\n  1", "a", "1")]
    [InlineData("a\n{\n b = 1 }", "a.b", "1")]
    [InlineData("a = 1, b = 2", "b", "2")]
    [InlineData("a = 1 // one\nb = 2 # two\n// three\n# four\nc = 3", "c", "3")]
    [InlineData("a b = 1", "a b", "1")]
    [InlineData("/parent/child { x = 1 }", "/parent/child.x", "1")]
    [InlineData("\"a.b\".c = 1", "\"a.b\".c", "1")]
    [InlineData("a = 1\r\nb = 2\r\n", "a", "1")]
    [InlineData("include = 1", "include", "1")]
    [InlineData("included.a = 1", "included.a", "1")]
    public void A_key_has_the_value_that_was_written(string hocon, string path, string expected) =>
        Assert.Equal(expected, Parse(hocon).GetString(path));

    [Theory]
    [InlineData("a = b c  d", "b c  d")]
    [InlineData("a =   b   ", "b")]
    [InlineData("a = \"b  c\"", "b  c")]
    [InlineData("a = \" b \"", "b")]
    [InlineData("a = \"b\" c \"d\"", "b c d")]
    [InlineData("a = \"b\"c", "bc")]
    [InlineData("a = \"x=1, y:2 {} [] # //\"", "x=1, y:2 {} [] # //")]
    [InlineData("a = \"\\\"\\\\\\/\\t\\n\\u0041\"", "\"\\/\t\nA")]
    [InlineData("a = \"\"\"b \"c\"\n  \\d\"\"\"", "b \"c\"\n  \\d")]
    [InlineData("a = 127.0.0.1", "127.0.0.1")]
    [InlineData("a = /var/lib/x", "/var/lib/x")]
    [InlineData("a = null", null)]
    [InlineData("a = \"\"", "")]
    [InlineData("a { b = 1 }", null)]
    [InlineData("a = [1]", null)]
    public void A_text_is_what_stands_on_the_line_trimmed(string hocon, string? expected) =>
        Assert.Equal(expected, Parse(hocon).GetString("a"));

    [Theory]
    [InlineData("a = 1\na = 2", "2")]
    [InlineData("a { x = 1 }\na = 2", "2")]
    [InlineData("a = [1]\na = 2", "2")]
    [InlineData("a = null\na = 2", "2")]
    public void A_later_value_replaces_an_earlier_one(string hocon, string expected) =>
        Assert.Equal(expected, Parse(hocon).GetString("a"));

    [Theory]
    [InlineData("a { x = 1, y = 1 }\na { y = 2, z = 3 }")]
    [InlineData("a { x = 1, y = 1 }\na = { y = 2, z = 3 }")]
    [InlineData("a = { x = 1, y = 1 }\na.y = 2\na.z = 3")]
    [InlineData("a = 5\na { x = 1, y = 2, z = 3 }")]
    public void Objects_of_the_same_key_are_merged(string hocon)
    {
        var a = Parse(hocon).GetConfig("a")!;
        Assert.Equal("1 2 3", $"{a.GetString("x")} {a.GetString("y")} {a.GetString("z")}");
    }

    [Theory]
    [InlineData("a = [1, 2, 3]")]
    [InlineData("a = [ 1,2 , 3 ]")]
    [InlineData("a = [\n  1\n  2 # two\n  3\n]")]
    [InlineData("a = [1, 2, 3,]")]
    [InlineData("a = [1] [2, 3]")]
    [InlineData("b = [1]\na = ${b} [2, 3]")]
    [InlineData("a = [1, ${b}, 3]\nb = 2")]
    public void An_array_has_its_elements_in_order(string hocon)
    {
        Assert.Equal(["1", "2", "3"], Parse(hocon).GetStringList("a"));
    }

    [Fact]
    public void An_array_may_hold_texts_objects_and_arrays()
    {
        var array = Parse("a = [b c, { x = 1 }, [2, 3]]").GetValue("a")!.GetArray();
        Assert.Equal("b c", array[0].GetString());
        Assert.Equal("1", array[1].GetObject()!.GetKey("x")!.GetString());
        Assert.Equal(["2", "3"], array[2].GetStringList());
    }

    [Theory]
    [InlineData("b = 1\na = ${b}", "1")]
    [InlineData("a = ${b}\nb = 1", "1")]
    [InlineData("b.c.d = 1\na = ${b.c.d}", "1")]
    [InlineData("b = x\na = /${b}/y ${b}", "/x/y x")]
    [InlineData("c = 1\nb = ${c}\na = ${b}", "1")]
    [InlineData("b { c = 1 }\nd = ${b}\na = ${d.c}", "1")]
    [InlineData("\"b.c\" = 1\na = 2", "2")]
    public void A_substitution_stands_for_the_value_of_its_path(string hocon, string expected) =>
        Assert.Equal(expected, Parse(hocon).GetString("a"));

    [Fact]
    public void A_substitution_may_stand_for_an_object()
    {
        var config = Parse("b { x = 1 }\na = ${b}");
        Assert.Equal(1, config.GetInt("a.x"));
        Assert.True(config.GetValue("a")!.IsObject());
    }

    [Fact]
    public void An_include_brings_in_the_keys_of_another_file()
    {
        var asked = new List<string>();
        HoconRoot Read(string name)
        {
            asked.Add(name);
            return Parser.Parse("x = 2, y { z = 3 }", null);
        }

        var config = ConfigurationFactory.ParseString("x = 1, y.w = 4\ninclude \"other.conf\"\ny.z = 5", Read);
        Assert.Equal(["other.conf"], asked);
        Assert.Equal(2, config.GetInt("x"));
        Assert.Equal(4, config.GetInt("y.w"));
        Assert.Equal(5, config.GetInt("y.z"));
    }

    [Fact]
    public void An_include_within_an_object_brings_its_keys_there()
    {
        var config = ConfigurationFactory.ParseString("a { include \"b\" }", _ => Parser.Parse("x = 1\ny = ${x}", null));
        Assert.Equal(1, config.GetInt("a.y"));
    }

    [Theory]
    [InlineData("a = 1\nb = ^2")]
    [InlineData("a = ${nowhere}")]
    [InlineData("a = \"\\q\"")]
    [InlineData("a { b = 1 }, c = 2")]
    [InlineData("a = foo@bar")]
    public void What_is_not_HOCON_is_a_format_error(string hocon) => Assert.Throws<FormatException>(() => Parse(hocon));

    [Theory]
    [InlineData("a = http://host/")]
    [InlineData("a = b=c")]
    [InlineData("a = 1 b= 2")]
    public void An_unquoted_text_with_an_assignment_in_it_is_a_configuration_error(string hocon) =>
        Assert.Throws<ConfigurationException>(() => Parse(hocon));
}
