#if !ACTOR_ENGINE_AKKA
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Engine.Tests.Configuration;

/// <summary>How the embedded engine says what Akka.NET passes over in silence.</summary>
public sealed class EmbeddedHoconTests
{
    private static Config Parse(string hocon) => ConfigurationFactory.ParseString(hocon);

    [Theory]
    [InlineData("a = 1\nb", "line 2, column 2: expected '=', ':', '{' or '.' after the key, found the end of the text.")]
    [InlineData("a = 1\nb =", "line 2, column 4: expected a value, found the end of the text.")]
    [InlineData("a {\n b = }\n", "line 2, column 6: expected a value, found '}'.")]
    [InlineData("a {\n b = 1\n", "line 3, column 1: expected '}' for the '{' before line 1, column 4, found the end of the text.")]
    [InlineData("a = 1 }", "line 1, column 7: expected a key, found '}'.")]
    [InlineData("a = [1\n2", "line 2, column 2: expected ']' for the '[' before line 1, column 6, found the end of the text.")]
    [InlineData("\n\na = b@c", "line 3, column 6: expected the end of the line or ',', found '@'.")]
    [InlineData("a = \"b\nc", "line 1, column 5: expected '\"' at the end of the text that begins here.")]
    [InlineData("a = \"\"\"b", "line 1, column 5: expected \"\"\" at the end of the text that begins here.")]
    [InlineData("a = ${b", "line 1, column 8: expected '}' at the end of the substitution, found the end of the text.")]
    [InlineData("a = ${}", "line 1, column 7: expected a path, found '}'.")]
    [InlineData("a = \"\\q\"", "line 1, column 7: expected one of \" \\ / b f n r t, or u and four hexadecimal digits, after a backslash, found 'q'.")]
    [InlineData("a += 1", "line 1, column 3: expected '=', ':', '{' or '.' after the key, found '+'.")]
    [InlineData("= 1", "line 1, column 1: expected a key, found '='.")]
    [InlineData("a.b. = 1", "line 1, column 6: expected a key, found '='.")]
    [InlineData("a = 5 { b = 1 }", "line 1, column 7: expected the end of the line or ',' (an object does not join with a text or an array), found '{'.")]
    [InlineData("a = { b = 1 } 5", "line 1, column 15: expected the end of the line or ',' (an object does not join with a text or an array), found '5'.")]
    [InlineData("b { c = 1 }\na = ${b} { d = 1 }", "line 2, column 10: expected the end of the line or ',' (an object does not join with a text or an array), found '{'.")]
    [InlineData("b { c = 1 }\na = ${b}\na { d = 1 }", "line 3, column 4: expected no object here (a substitution is not merged into one), found ' '.")]
    [InlineData("b { c = 1 }\na { d = 1 }\na = ${b}", "line 3, column 5: expected an object (a substitution is not merged into one), found '$'.")]
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
    [InlineData("a = ${?nowhere}", "Unresolved substitution: ?nowhere")]
    [InlineData("a = ${PATH}", "Unresolved substitution: PATH")]
    [InlineData("a { b = ${a} }", "does not refer to itself")]
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
            ConfigurationFactory.ParseString("a = 1\ninclude \"b.conf\"", _ => Parser.Parse("x = ", null)));
        Assert.Equal("line 2, column 17: include \"b.conf\": line 1, column 5: expected a value, found the end of the text.", error.Message);
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
