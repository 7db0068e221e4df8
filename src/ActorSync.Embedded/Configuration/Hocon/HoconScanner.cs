#nullable enable

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>A place in a HOCON text and the pieces that can be taken from there.</summary>
internal sealed class HoconScanner(string text)
{
    private const string NotInText = "$\"{}[]:=,#`^?!@*&\\";

    private int _at;

    public bool AtEnd => _at >= text.Length;

    public string Where
    {
        get
        {
            var before = text.AsSpan(0, Math.Min(_at, text.Length));
            return string.Create(CultureInfo.InvariantCulture, $"line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}");
        }
    }

    private bool AtComment => Sees("#") || Sees("//");

    public bool Sees(string what) => string.CompareOrdinal(text, _at, what, 0, what.Length) == 0;

    public bool Take(string what)
    {
        if (!Sees(what))
            return false;
        _at += what.Length;
        return true;
    }

    public void SkipSpaceAndComments()
    {
        while (!AtEnd && (char.IsWhiteSpace(text[_at]) || AtComment))
        {
            if (AtComment)
                TakeWhile(c => c != '\n');
            else
                _at++;
        }
    }

    public string TakeBlanks() => TakeWhile(c => c is ' ' or '\t');

    /// <summary>The end of a line, of the text, or of the object or array around.</summary>
    public bool AtEndOfValue => AtEnd || text[_at] is '\n' or '\r' or '}' or ']' || AtComment;

    public bool TryTakeText([NotNullWhen(true)] out string? taken)
    {
        if (Sees("\"\"\""))
            taken = TakeTripleQuoted();
        else if (Sees("\""))
            taken = TakeQuoted();
        else
            taken = TakeUnquoted();
        return taken is not null;
    }

    /// <summary>A key's text; an unquoted one goes up to a dot, an assignment, a brace or the end of the line.</summary>
    public string TakeKey()
    {
        if (Sees("\""))
            return TakeQuoted();
        var start = _at;
        while (!AtEnd && text[_at] is not ('.' or '\n') && !NotInText.Contains(text[_at], StringComparison.Ordinal) && !AtComment && !Sees("+="))
            _at++;
        var key = text[start.._at].Trim();
        return key.Length > 0 ? key : throw Expected("a key");
    }

    /// <summary><c>include "name"</c>; anything else after the word makes it a key.</summary>
    public bool TryTakeInclude([NotNullWhen(true)] out string? name)
    {
        var start = _at;
        name = null;
        if (Take("include") && TakeBlanks().Length > 0 && Sees("\""))
            name = TakeQuoted();
        else
            _at = start;
        return name is not null;
    }

    /// <summary>What is between <c>${</c> and <c>}</c>.</summary>
    public string TakeSubstitution()
    {
        var path = TakeWhile(c => c is not ('}' or '\n')).Trim();
        if (path.Length == 0)
            throw Expected("a path");
        if (!Take("}"))
            throw Expected("'}' at the end of the substitution");
        return path;
    }

    /// <summary>The error that says where the scanner stands, what should be there and what is.</summary>
    public FormatException Expected(string what) => new($"{Where}: expected {what}, found {Found()}.");

    private string Found() => AtEnd ? "the end of the text" : text[_at] is '\n' or '\r' ? "the end of the line" : $"'{text[_at]}'";

    private string TakeWhile(Func<char, bool> take)
    {
        var start = _at;
        while (!AtEnd && take(text[_at]))
            _at++;
        return text[start.._at];
    }

    private string? TakeUnquoted()
    {
        var start = _at;
        while (!AtEnd && !char.IsWhiteSpace(text[_at]) && !AtComment && !NotInText.Contains(text[_at], StringComparison.Ordinal))
            _at++;
        if (_at > start && (Sees("=") || Sees(":")))
            throw new ConfigurationException($"{Where}: an unquoted text cannot hold '{text[_at]}': put it in double quotes, or an object in braces.");
        return _at > start ? text[start.._at] : null;
    }

    private string TakeTripleQuoted()
    {
        var end = text.IndexOf("\"\"\"", _at + 3, StringComparison.Ordinal);
        if (end < 0)
            throw new FormatException($"{Where}: expected \"\"\" at the end of the text that begins here.");
        var taken = text[(_at + 3)..end];
        _at = end + 3;
        return taken;
    }

    private string TakeQuoted()
    {
        var began = Where;
        var taken = new StringBuilder();
        _at++;
        while (!Take("\""))
        {
            if (AtEnd)
                throw new FormatException($"{began}: expected '\"' at the end of the text that begins here.");
            taken.Append(Take("\\") ? TakeEscaped() : text[_at++]);
        }

        return taken.ToString();
    }

    private char TakeEscaped()
    {
        var at = AtEnd ? -1 : "\"\\/bfnrt".IndexOf(text[_at], StringComparison.Ordinal);
        if (at >= 0)
        {
            _at++;
            return "\"\\/\b\f\n\r\t"[at];
        }

        if (Take("u") && _at + 4 <= text.Length
            && ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            _at += 4;
            return (char)code;
        }

        throw Expected("one of \" \\ / b f n r t, or u and four hexadecimal digits, after a backslash");
    }
}
