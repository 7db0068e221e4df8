using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Engine.Tests.Configuration;

/// <summary>
/// HOCON as operators write it and as they mistype it, and what Akka.NET 1.5 makes of it: the embedded engine makes the
/// same of it, also where that is a surprise. An outcome is written as <c>{key: 'text', list: ['a', -], gone: null}</c>:
/// '-' is a key or an element without a value, '!' a text that is refused.
/// </summary>
public sealed class HoconCorpus
{
    private const string Other = "x = 1, y = ${x}, z { w = [${x}, 2] }";

    [Theory]
    [InlineData("", "{}")]
    [InlineData("# nothing\n// at all", "{}")]
    [InlineData("a = 1", "{a: '1'}")]
    [InlineData("a: 1", "{a: '1'}")]
    [InlineData("{ \"a\": { \"b\": [1, true, null, \"x\"] }, \"c\": {} }", "{a: {b: ['1', 'true', null, 'x']}, c: {}}")]
    [InlineData("a { b { c = 1 } }", "{a: {b: {c: '1'}}}")]
    [InlineData("a.b.c = 1\na.b.d = 2", "{a: {b: {c: '1', d: '2'}}}")]
    [InlineData("a.b { c.d = 1 }", "{a: {b: {c: {d: '1'}}}}")]
    [InlineData("a : { b : { c : 1 } }", "{a: {b: {c: '1'}}}")]
    [InlineData("a = 1\n\n\n\tb = 2\r\n", "{a: '1', b: '2'}")]
    [InlineData("a {}", "{a: {}}")]
    [InlineData("a { b = 1 } c { d = 2 }", "{a: {b: '1'}, c: {d: '2'}}")]
    [InlineData("a { b = 1, c = 2, }", "{a: {b: '1', c: '2'}}")]
    public void Objects(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = { b = 1 }, c = 2", "{a: {b: '1'}, c: '2'}")]
    [InlineData("a { b = { c = 1 }, d = on }", "{a: {b: {c: '1'}, d: 'on'}}")]
    [InlineData("a = [1], b = 2", "{a: ['1'], b: '2'}")]
    [InlineData("a = \"1\" , b = 2", "{a: '1', b: '2'}")]
    // A comma ends a value; a section without '=' is none.
    [InlineData("a { b = 1 }, c = 2", "!")]
    [InlineData("x { a { b = 1 }, c = on }", "!")]
    [InlineData(", a = 1", "!")]
    [InlineData("a = 1,, b = 2", "!")]
    [InlineData("a { , }", "!")]
    public void Commas(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("\"a.b\" = 1", "{a.b: '1'}")]
    [InlineData("\"a.b\".\"c d\" = 1", "{a.b: {c d: '1'}}")]
    [InlineData("\"\" = 1", "{: '1'}")]
    [InlineData("\"a\\tb\" = 1", "{a\tb: '1'}")]
    [InlineData("a b  c = 1", "{a b  c: '1'}")]
    [InlineData("/user/*  = 1", "!")]
    [InlineData("\"/user/*\" = 1", "{/user/*: '1'}")]
    [InlineData("1.2 = 3", "{1: {2: '3'}}")]
    [InlineData("a-b_c = 1", "{a-b_c: '1'}")]
    [InlineData("a . b = 1", "{a: {b: '1'}}")]
    [InlineData("a..b = 1", "{a: {b: '1'}}")]
    [InlineData(".a = 1", "{a: '1'}")]
    [InlineData("a $b = 1", "!")]
    [InlineData("a@b = 1", "!")]
    // What is not an assignment is part of the key, line ends as well.
    [InlineData("a\nb = 1", "{a\nb: '1'}")]
    [InlineData("a += 1", "{a +: '1'}")]
    [InlineData("a = 1\na += 2", "{a: '1', a +: '2'}")]
    [InlineData("a \"b\" = 1", "{a: '1'}")]
    public void Keys(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = b c  d ", "{a: 'b c  d'}")]
    [InlineData("a = b \"c  d\" e", "{a: 'b c  d e'}")]
    [InlineData("a = \"b\"\"c\"", "{a: 'bc'}")]
    [InlineData("a = \"  b  \"", "{a: 'b'}")]
    [InlineData("a = \"\"", "{a: ''}")]
    [InlineData("a = null", "{a: null}")]
    [InlineData("a = \"null\"", "{a: null}")]
    [InlineData("a = nullable", "{a: 'nullable'}")]
    [InlineData("a = \"\\u00e9\\n\\\\\"", "{a: 'é\n\\'}")]
    [InlineData("a = \"\"\"b \"c\" \\n\n ${d}\"\"\"", "{a: 'b \"c\" \\n\n ${d}'}")]
    [InlineData("a = \"${b}\"", "{a: '${b}'}")]
    [InlineData("a =\n\n  b", "{a: 'b'}")]
    [InlineData("a = # why\n b", "{a: 'b'}")]
    [InlineData("a = b#c", "{a: 'b'}")]
    [InlineData("a = b//c", "{a: 'b'}")]
    [InlineData("a = /b/c", "{a: '/b/c'}")]
    [InlineData("a = \"akka.tcp://n@h:1\"", "{a: 'akka.tcp://n@h:1'}")]
    [InlineData("a = akka.tcp://n@h:1", "!")]
    [InlineData("a = b@c", "!")]
    [InlineData("a = 50%", "{a: '50%'}")]
    [InlineData("a = -1.5e3", "{a: '-1.5e3'}")]
    [InlineData("a = \"\\x\"", "!")]
    [InlineData("a = \"\\u12\"", "!")]
    [InlineData("a = b c = 3", "{a: 'b c', 3: -}")]
    public void Texts(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = []", "{a: []}")]
    [InlineData("a = [1, 2]", "{a: ['1', '2']}")]
    [InlineData("a = [\n  1 # one\n  2,\n\n  3\n]", "{a: ['1', '2', '3']}")]
    [InlineData("a = [1, 2, ]", "{a: ['1', '2']}")]
    [InlineData("a = [\n  \"b\",\n  \"c\",\n]", "{a: ['b', 'c']}")]
    [InlineData("a = [{ b = 1 }, { b = 2 }]", "{a: [{b: '1'}, {b: '2'}]}")]
    [InlineData("a = [[1, 2], [], [3]]", "{a: [['1', '2'], [], ['3']]}")]
    [InlineData("a = [1] [2]", "{a: ['1', '2']}")]
    [InlineData("a = [b c, d]", "{a: ['b c', 'd']}")]
    // An element is read wherever something stands before the bracket that closes, were it a blank.
    [InlineData("a = [ ]", "{a: [-]}")]
    [InlineData("a = [\n]", "{a: [-]}")]
    [InlineData("a = [1,,2]", "{a: ['1', -, '2']}")]
    [InlineData("a = [,]", "{a: [-]}")]
    public void Arrays(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = 1\na = 2", "{a: '2'}")]
    [InlineData("a = [1, 2]\na = [3]", "{a: ['3']}")]
    [InlineData("a { b = 1 }\na { c = 2 }", "{a: {b: '1', c: '2'}}")]
    [InlineData("a { b = 1, c { d = 1 } }\na { b = 2, c { e = 2 } }", "{a: {b: '2', c: {d: '1', e: '2'}}}")]
    [InlineData("a { b = 1 }\na = 2\na { c = 3 }", "{a: {c: '3'}}")]
    [InlineData("a { b = 1 }\na = null", "{a: null}")]
    [InlineData("a { b = 1 }\na = {}", "{a: {b: '1'}}")]
    [InlineData("a = 5 { b = 1 }", "{a: {b: '1'}}")]
    [InlineData("a = { b = 1 } 5", "{a: '5'}")]
    [InlineData("a = { b = 1 } { c = 2 }", "{a: {b: '1', c: '2'}}")]
    [InlineData("a { b = 1 }\na = [2]", "{a: {b: '1'}}")]
    public void Duplicates(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = ${b}\nb = 1", "{a: '1', b: '1'}")]
    [InlineData("b = x\na = <${b}> ${b}", "{b: 'x', a: '<x> x'}")]
    [InlineData("b { c = 1 }\na = ${b.c}", "{b: {c: '1'}, a: '1'}")]
    [InlineData("b { c = 1 }\na = ${b}", "{b: {c: '1'}, a: {c: '1'}}")]
    [InlineData("b = [1]\na = ${b} [2] ${b}", "{b: ['1'], a: ['1', '2', '1']}")]
    [InlineData("a = ${b}\nb = ${c}\nc = 1", "{a: '1', b: '1', c: '1'}")]
    [InlineData("a = ${b}\nb = 1\nb = 2", "{a: '2', b: '2'}")]
    [InlineData("b = null\na = ${b}", "{b: null, a: ''}")]
    [InlineData("x { a = ${x.b}, b = 1 }", "{x: {a: '1', b: '1'}}")]
    [InlineData("b = 1\na = [${b}, ${b} 2]", "{b: '1', a: ['1', '1 2']}")]
    [InlineData("x { a = ${b}, b = 1 }", "!")]
    [InlineData("a = ${b}", "!")]
    [InlineData("a = ${PATH}", "!")]
    [InlineData("a = ${b.c}\nb = ${d}\nd { c = 1 }", "!")]
    // A substitution is not merged with an object that is written out.
    [InlineData("b { c = 1 }\na = ${b} { d = 1 }", "{b: {c: '1'}, a: {d: '1'}}")]
    [InlineData("b { c = 1 }\na = ${b}\na { d = 1 }", "{b: {c: '1'}, a: {d: '1'}}")]
    [InlineData("b { c = 1 }\na { d = 1 }\na = ${b}", "{b: {c: '1'}, a: {d: '1'}}")]
    public void Substitutions(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("x = 0\ninclude \"f\"", "{x: '1', y: '1', z: {w: ['1', '2']}}")]
    [InlineData("include \"f\"\nx = 3", "{x: '3', y: '3', z: {w: ['3', '2']}}")]
    [InlineData("a { include \"f\", }", "!")]
    [InlineData("a { include \"f\" }", "{a: {x: '1', y: '1', z: {w: ['1', '2']}}}")]
    [InlineData("a.b { x = 0, z.v = 1 \n include \"f\" }", "{a: {b: {x: '1', z: {v: '1', w: ['1', '2']}, y: '1'}}}")]
    [InlineData("include # why\n \"f\"", "{x: '1', y: '1', z: {w: ['1', '2']}}")]
    [InlineData("include = 1", "{include: '1'}")]
    [InlineData("included { a = 1 }", "{included: {a: '1'}}")]
    public void Includes(string hocon, string outcome) =>
        Assert.Equal(outcome, Read(hocon, _ => new HoconRoot(Parser.Parse(Other, null).Value)));

    // With its substitutions an included text refers to what stands where it is included.
    [Theory]
    [InlineData("a { include \"f\"\n x = 3 }", "{a: {x: '3', y: '3', z: {w: ['3', '2']}}}")]
    [InlineData("include \"f\"", "!")]
    public void Includes_that_are_resolved_again(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon, _ => Parser.Parse(Other, null)));

    [Theory]
    [InlineData("a { b = 1", "{a: {b: '1'}}")]
    [InlineData("a { b {", "{a: {b: {}}}")]
    [InlineData("a = [1, 2", "{a: ['1', '2']}")]
    [InlineData("a = \"b", "{a: 'b'}")]
    [InlineData("a = \"\"\"b\n", "{a: 'b'}")]
    [InlineData("b = 1\na = ${b", "{b: '1', a: '1'}")]
    [InlineData("a = 1\nb", "{a: '1', b: -}")]
    [InlineData("a = ", "{a: -}")]
    [InlineData("a { b = }", "{a: {b: -}}")]
    [InlineData("a.b.", "{a: {b: {}}}")]
    [InlineData("a =", "!")]
    [InlineData("a = 1 #", "!")]
    [InlineData("a = 1 //", "{a: '1 //'}")]
    // A brace too many ends what is read.
    [InlineData("a = 1 }\nb = 2", "{a: '1'}")]
    [InlineData("{ a = 1 }\nb = 2", "{a: '1'}")]
    [InlineData("a = 1 ]\nb = 2", "{a: '1', b: '2'}")]
    [InlineData("= a = 1", "{a: '1'}")]
    [InlineData("[1]", "{1: -}")]
    public void Unfinished(string hocon, string outcome) => Assert.Equal(outcome, Read(hocon));

    [Theory]
    [InlineData("a = 1", "a = 2, b = 3", "{a: '1', b: '3'}")]
    [InlineData("a { b = 1 }", "a { b = 2, c { d = 3 } }", "{a: {b: '1', c: {d: '3'}}}")]
    [InlineData("a = null", "a { b = 1 }", "{a: null}")]
    [InlineData("a {}", "a { b = 1 }", "{a: {b: '1'}}")]
    [InlineData("a = [1]", "a = [2, 3]", "{a: ['1']}")]
    [InlineData("a { b = 1 }", "a = 5", "{a: {b: '1'}}")]
    [InlineData("a = 5", "a { b = 1 }", "{a: '5'}")]
    [InlineData("b = 1\na = ${b}", "b = 2", "{b: '1', a: '1'}")]
    [InlineData("", "a = 1", "{a: '1'}")]
    public void Fallbacks(string hocon, string fallback, string outcome) =>
        Assert.Equal(outcome, Text(ConfigurationFactory.ParseString(hocon).WithFallback(ConfigurationFactory.ParseString(fallback)).Root));

    [Theory]
    [InlineData("90 s", 900_000_000L)]
    [InlineData("0.29s", 2_900_000L)]
    [InlineData("1.1 minutes", 660_000_000L)]
    [InlineData("1e3", 10_000_000L)]
    [InlineData("\"1,500\"", 15_000_000L)]
    [InlineData(".5", 5_000L)]
    [InlineData("5.", 50_000L)]
    [InlineData("149 ns", 1L)]
    [InlineData("150 nanos", 2L)]
    [InlineData("0.25 micros", 2L)]
    [InlineData("0.00019 ms", 1L)]
    [InlineData("Infinite", -10_000L)]
    [InlineData("1e3 s", null)]
    [InlineData("+1 s", null)]
    [InlineData(".5 s", null)]
    [InlineData("5 us", null)]
    [InlineData("5 min", null)]
    [InlineData("5 S", null)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    [InlineData("1 s 5 ms", null)]
    [InlineData("NaN", null)]
    public void Durations(string text, long? ticks)
    {
        var config = ConfigurationFactory.ParseString($"a = {text}");
        if (ticks is null)
            Assert.ThrowsAny<Exception>(() => config.GetTimeSpan("a"));
        else
            Assert.Equal(ticks, config.GetTimeSpan("a").Ticks);
    }

    [Theory]
    [InlineData("1 KiB", 1024L)]
    [InlineData("1Ki", 1024L)]
    [InlineData("3 kilobytes", 3000L)]
    [InlineData("-1kB", -1000L)]
    [InlineData("+1 k", 1024L)]
    [InlineData("7 bytes", 7L)]
    [InlineData("1EiB", 1L << 60)]
    [InlineData("\"\"", null)]
    [InlineData("null", null)]
    public void Sizes(string text, long? bytes) => Assert.Equal(bytes, ConfigurationFactory.ParseString($"a = {text}").GetByteSize("a"));

    [Theory]
    [InlineData("1kb")]
    [InlineData("1 Kb")]
    [InlineData("1.0 kB")]
    [InlineData("1e3")]
    [InlineData("kB")]
    [InlineData("1 kB 2")]
    public void What_is_no_size(string text) => Assert.Throws<FormatException>(() => ConfigurationFactory.ParseString($"a = {text}").GetByteSize("a"));

    private static string Read(string hocon, Func<string, HoconRoot>? include = null)
    {
        try
        {
            return Text(ConfigurationFactory.ParseString(hocon, include).Root);
        }
        catch (Exception e) when (e is FormatException or ConfigurationException)
        {
            return "!";
        }
    }

    private static string Text(HoconValue value)
    {
        if (value.GetObject() is { } o)
            return $"{{{string.Join(", ", o.Items.Select(item => $"{item.Key}: {Text(item.Value)}"))}}}";
        if (value.IsString())
            return value.GetString() is { } text ? $"'{text}'" : "null";
        return value.IsEmpty ? "-" : $"[{string.Join(", ", value.GetArray().Select(Text))}]";
    }
}
