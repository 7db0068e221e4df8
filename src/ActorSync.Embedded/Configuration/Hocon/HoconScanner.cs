#nullable enable

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>What can stand where a key or what follows it is looked for.</summary>
internal enum HoconPiece { End, Key, Include, Dot, Assign, Open, Close, Bracket }

/// <summary>A place in a HOCON text and the pieces that can be taken from there.</summary>
internal sealed class HoconScanner(string text)
{
    private const string NotInText = "$\"{}[]:=,#`^?!@*&\\";

    public int Position { get; private set; }

    public bool AtEnd => Position >= text.Length;

    public string Where
    {
        get
        {
            var before = text.AsSpan(0, Math.Min(Position, text.Length));
            return string.Create(CultureInfo.InvariantCulture, $"line {before.Count('\n') + 1}, column {before.Length - before.LastIndexOf('\n')}");
        }
    }

    // Akka.NET knows a comment and an assignment only where something follows.
    private bool AtComment => (Sees("#") && Position + 1 < text.Length) || (Sees("//") && Position + 2 < text.Length);

    private bool AtAssignment => (Sees("=") || Sees(":")) && Position + 1 < text.Length;

    private bool AtText => !AtEnd && !char.IsWhiteSpace(text[Position]) && AtKey(dots: true);

    public bool Sees(string what) => string.CompareOrdinal(text, Position, what, 0, what.Length) == 0;

    public bool Take(string what)
    {
        if (!Sees(what))
            return false;
        Position += what.Length;
        return true;
    }

    public void SkipSpaceAndComments()
    {
        while (!AtEnd && (char.IsWhiteSpace(text[Position]) || AtComment))
        {
            if (AtComment)
                Position = text.IndexOf('\n', Position) is >= 0 and var end ? end : text.Length;
            else
                Position++;
        }
    }

    public string TakeBlanks() => TakeWhile(() => text[Position] is ' ' or '\t');

    /// <summary>The next piece; <paramref name="name"/> is that of a key or an include. An unquoted key may hold blanks and line ends.</summary>
    public HoconPiece Next(out string name)
    {
        SkipSpaceAndComments();
        name = "";
        if (AtEnd)
            return HoconPiece.End;
        if (Take("."))
            return HoconPiece.Dot;
        if (Take("{"))
            return HoconPiece.Open;
        if (Take("}"))
            return HoconPiece.Close;
        if (Take("[") || Take("]"))
            return HoconPiece.Bracket;
        if (AtAssignment)
        {
            Position++;
            return HoconPiece.Assign;
        }

        if (TryTakeInclude(out name))
            return HoconPiece.Include;
        name = Sees("\"") ? TakeQuoted() : AtKey() ? TakeWhile(() => AtKey()).Trim() : throw Expected("a key, '=', ':' or a brace");
        return HoconPiece.Key;
    }

    /// <summary>A text in quotes or the unquoted one up to a blank or a special character; one that lacks its end goes up to that of the file.</summary>
    public bool TryTakeText([NotNullWhen(true)] out string? taken)
    {
        taken = Sees("\"\"\"") ? TakeTripleQuoted() : Sees("\"") ? TakeQuoted() : TakeUnquoted();
        return taken is not null;
    }

    /// <summary>The path after <c>${</c>; a path in quotes or an optional one (<c>${?</c>) is not known.</summary>
    public string TakeSubstitution(out string where)
    {
        where = Where;
        var path = TakeWhile(() => AtText);
        if (path.Length == 0)
            throw Expected("a path");
        Position = Math.Min(Position + 1, text.Length);
        return path;
    }

    /// <summary>The error that says where the scanner stands, what should be there and what is.</summary>
    public FormatException Expected(string what) => new($"{Where}: expected {what}, found {Found()}.");

    private string Found() => AtEnd ? "the end of the text" : text[Position] is '\n' or '\r' ? "the end of the line" : $"'{text[Position]}'";

    /// <summary>Whether here is what may be in a key: a dot is not.</summary>
    private bool AtKey(bool dots = false) =>
        !AtEnd && !AtComment && (dots || text[Position] != '.') && !NotInText.Contains(text[Position], StringComparison.Ordinal);

    private string TakeWhile(Func<bool> here)
    {
        var start = Position;
        while (!AtEnd && here())
            Position++;
        return text[start..Position];
    }

    /// <summary><c>include "name"</c>; anything else after the word makes it a key.</summary>
    private bool TryTakeInclude(out string name)
    {
        var start = Position;
        name = "";
        var isInclude = Take("include") && !AtEnd && (char.IsWhiteSpace(text[Position]) || AtComment);
        SkipSpaceAndComments();
        if (isInclude && Sees("\""))
            name = TakeQuoted();
        else
            (isInclude, Position) = (false, start);
        return isInclude;
    }

    private string? TakeUnquoted()
    {
        var taken = TakeWhile(() => AtText);
        if (taken.Length > 0 && AtAssignment)
            throw new ConfigurationException($"{Where}: an unquoted text cannot hold '{text[Position]}': put it in double quotes, or an object in braces.");
        return taken.Length > 0 ? taken : null;
    }

    private string TakeTripleQuoted()
    {
        Position += 3;
        var taken = TakeWhile(() => !Sees("\"\"\""));
        Take("\"\"\"");
        return taken;
    }

    private string TakeQuoted()
    {
        var taken = new StringBuilder();
        Position++;
        while (!AtEnd && !Take("\""))
            taken.Append(Take("\\") ? TakeEscaped() : text[Position++]);
        return taken.ToString();
    }

    private char TakeEscaped()
    {
        var at = AtEnd ? -1 : "\"\\/bfnrt".IndexOf(text[Position], StringComparison.Ordinal);
        if (at >= 0)
        {
            Position++;
            return "\"\\/\b\f\n\r\t"[at];
        }

        if (Take("u") && Position + 4 <= text.Length
            && ushort.TryParse(text.AsSpan(Position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            Position += 4;
            return (char)code;
        }

        throw Expected("one of \" \\ / b f n r t, or u and four hexadecimal digits, after a backslash");
    }
}
