#if !ACTOR_ENGINE_AKKA
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Engine.Tests.Configuration;

/// <summary>How the embedded engine says what is wrong, and what it refuses because Akka.NET would never come back from it.</summary>
public sealed class EmbeddedHoconTests
{
    private static Config Parse(string hocon) => ConfigurationFactory.ParseString(hocon);

    [Theory]
    [InlineData("\n\na = b@c", "line 3, column 6: expected a key, '=', ':' or a brace, found '@'.")]
    [InlineData("a { b = 1 }, c = 2", "line 1, column 12: expected a key, '=', ':' or a brace, found ','.")]
    [InlineData("a = ${}", "line 1, column 7: expected a path, found '}'.")]
    [InlineData("a = ${?b}", "line 1, column 7: expected a path, found '?'.")]
    [InlineData("a = ${", "line 1, column 7: expected a path, found the end of the text.")]
    [InlineData("a = \"\\q\"", "line 1, column 7: expected one of \" \\ / b f n r t, or u and four hexadecimal digits, after a backslash, found 'q'.")]
    [InlineData("a = [\n }]", "line 2, column 2: expected an element of the array, ',' or ']', found '}'.")]
    [InlineData("a = [b=", "line 1, column 7: expected an element of the array, ',' or ']', found '='.")]
    public void An_error_says_where_and_what_was_expected(string hocon, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Parse(hocon)).Message);

    [Fact]
    public void An_unquoted_assignment_says_where() =>
        Assert.StartsWith("line 2, column 9: ", Assert.Throws<ConfigurationException>(() => Parse("a = 1\nb = http://x/")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a = ${nowhere}", "line 1, column 7")]
    [InlineData("a = ${b}\nb = ${a}", "does not refer to itself")]
    [InlineData("a = ${a}", "does not refer to itself")]
    [InlineData("a = 1\na = ${a}", "does not refer to itself")]
    [InlineData("a = ${PATH}", "Unresolved substitution: PATH")]
    [InlineData("a { b = ${a} }", "does not refer to itself")]
    [InlineData("a = ${a}\nb = ${a.c}", "line 1, column 7: expected a value that does not refer to itself, found ${a}.")]
    [InlineData("b = ${x.a}\nx { a = [${x}] }", "line 2, column 12: expected a value that does not refer to itself, found ${x}.")]
    [InlineData("a = [${a}]", "does not refer to itself")]
    public void A_substitution_without_a_value_is_refused(string hocon, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => Parse(hocon)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_include_without_a_reader_is_refused() =>
        Assert.Contains("include \"b.conf\" needs", Assert.Throws<ConfigurationException>(() => Parse("include \"b.conf\"")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_error_in_an_included_file_names_the_file()
    {
        var error = Assert.Throws<ConfigurationException>(() =>
            ConfigurationFactory.ParseString("a = 1\ninclude \"b.conf\"", _ => Parser.Parse("x = ^", null)));
        Assert.Equal("line 2, column 17: include \"b.conf\": line 1, column 5: expected a key, '=', ':' or a brace, found '^'.", error.Message);
    }

    [Fact]
    public void A_getter_names_the_path_and_the_value_that_does_not_fit()
    {
        Assert.StartsWith("a.b = soon: expected a positive number", Assert.Throws<FormatException>(() => Parse("a.b = soon").GetTimeSpan("a.b")).Message, StringComparison.Ordinal);
        Assert.StartsWith("a.b = 1KB: KB is not a valid byte size", Assert.Throws<FormatException>(() => Parse("a.b = 1KB").GetByteSize("a.b")).Message, StringComparison.Ordinal);
        Assert.StartsWith("a.b = x: ", Assert.Throws<FormatException>(() => Parse("a.b = x").GetInt("a.b")).Message, StringComparison.Ordinal);
        Assert.StartsWith("a.b = maybe: ", Assert.Throws<NotSupportedException>(() => Parse("a.b = maybe").GetBoolean("a.b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_with_special_characters_are_quoted_again()
    {
        var text = "x = \"1\"\n\t{a} \\ // #";
        Assert.Equal(text, Parse($"a = \"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"") is var c ? Parse(c.Root.ToString()!).GetString("a") : null);
    }

    [Fact]
    public void Whatever_the_text_it_is_read_or_refused()
    {
        const string Whole = "a { b = [1, ${o} \"c\\n\"], \"d.e\" : \"\"\"f\"\"\" } # g\nh.i = ${a.b} // j\ninclude \"k\"\nl = m n 5s, o = null\n";
        const string Pieces = "{}[]\"\\=:+,.$?#/ \n\tab1";
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var text = Whole[..random.Next(Whole.Length + 1)].ToList();
            for (var changes = random.Next(4); changes > 0; changes--)
                text.Insert(random.Next(text.Count + 1), Pieces[random.Next(Pieces.Length)]);
            var hocon = string.Concat(text);
            var error = Record.Exception(() => ConfigurationFactory.ParseString(hocon, _ => Parser.Parse("p = q", null)).Root.ToString());
            Assert.True(error is null or FormatException or ConfigurationException, $"seed {seed}: {error}\n{hocon}");
        }
    }
}
#endif
