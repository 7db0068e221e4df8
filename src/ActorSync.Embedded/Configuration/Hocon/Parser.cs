#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>
/// Reads HOCON as Akka.NET 1.5 does: a later value replaces an earlier one, objects are merged, blanks within a line
/// belong to the value, and a comma is allowed right after one. What Akka.NET passes over in silence (a missing brace,
/// a key without a value) is an error here.
/// </summary>
public class Parser
{
    private readonly HoconScanner _text;
    private readonly Func<string, HoconRoot>? _include;
    private readonly List<HoconSubstitution> _substitutions = [];

    private Parser(string text, Func<string, HoconRoot>? include)
    {
        _text = new HoconScanner(text);
        _include = include;
    }

    /// <summary>Parses one text and resolves its substitutions; <see cref="ConfigurationFactory.ParseString(string, Func{string, HoconRoot})"/> says what it throws.</summary>
    public static HoconRoot Parse(string text, Func<string, HoconRoot>? includeCallback) =>
        new Parser(text, includeCallback).ParseText();

    private HoconRoot ParseText()
    {
        var root = new HoconObject();
        _text.SkipSpaceAndComments();
        if (_text.Take("{"))
            ParseFields(root, _text.Where);
        _text.SkipSpaceAndComments();
        if (!_text.AtEnd)
            ParseFields(root, null);
        var value = HoconValue.Of(root);
        SubstitutionResolver.Resolve(value, _substitutions);
        return new HoconRoot(value);
    }

    /// <summary>The fields up to the brace that closes the one at <paramref name="opened"/>, or up to the end.</summary>
    private void ParseFields(HoconObject target, string? opened)
    {
        while (true)
        {
            _text.SkipSpaceAndComments();
            if (opened is not null && _text.Take("}"))
                return;
            if (_text.AtEnd && opened is null)
                return;
            if (_text.AtEnd)
                throw _text.Expected($"'}}' for the '{{' before {opened}");
            if (_text.TryTakeInclude(out var name))
                target.Merge(Included(name));
            else
                ParseField(target);
        }
    }

    private HoconObject Included(string name)
    {
        var where = _text.Where;
        if (_include is null)
            throw new ConfigurationException($"{where}: include \"{name}\" needs a callback that reads it.");
        try
        {
            return _include(name)?.Value.GetObject() ?? throw new ConfigurationException("it holds no object");
        }
        catch (Exception e) when (e is FormatException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{where}: include \"{name}\": {e.Message}", e);
        }
    }

    private void ParseField(HoconObject target)
    {
        var value = target.GetOrCreateKey(_text.TakeKey());
        while (true)
        {
            _text.SkipSpaceAndComments();
            if (_text.Take("."))
            {
                _text.SkipSpaceAndComments();
                value = ObjectOf(value).GetOrCreateKey(_text.TakeKey());
            }
            else if (_text.Take("{"))
            {
                ParseFields(ObjectOf(value), _text.Where);
                return;
            }
            else
            {
                ParseAssignment(value);
                return;
            }
        }
    }

    private void ParseAssignment(HoconValue value)
    {
        if (!_text.Take("=") && !_text.Take(":"))
            throw _text.Expected("'=', ':', '{' or '.' after the key");
        _text.SkipSpaceAndComments();
        if (!_text.Sees("{"))
        {
            if (value.IsObject() && _text.Sees("${"))
                throw _text.Expected("an object (a substitution is not merged into one)");
            value.Clear();
        }

        ParseValue(value);
    }

    /// <summary>The parts of a value, up to the end of the line or a comma.</summary>
    private void ParseValue(HoconValue value)
    {
        if (!TryParsePart(value))
            throw _text.Expected("a value");
        var blanks = _text.TakeBlanks();
        while (TryParsePart(value, blanks))
            blanks = _text.TakeBlanks();
        if (!_text.Take(",") && !_text.AtEndOfValue)
            throw _text.Expected("the end of the line or ','");
    }

    /// <summary>One part; <paramref name="blanks"/> are those since the part before it, null for the first.</summary>
    private bool TryParsePart(HoconValue value, string? blanks = null)
    {
        if (_text.Sees("{"))
        {
            var target = blanks is null || value.IsObject() ? ObjectOf(value) : throw Mixed();
            _text.Take("{");
            ParseFields(target, _text.Where);
            return true;
        }

        if (_text.AtEndOfValue || _text.Sees(","))
            return false;
        if (value.IsObject())
            throw Mixed();
        if (blanks?.Length > 0)
            value.Append(new HoconLiteral(blanks));
        if (_text.Take("["))
            value.Append(ParseArray(_text.Where));
        else if (_text.Take("${"))
            value.Append(ParseSubstitution());
        else if (_text.TryTakeText(out var text))
            value.Append(new HoconLiteral(text));
        else
            return false;
        return true;
    }

    private HoconArray ParseArray(string opened)
    {
        var array = new HoconArray();
        while (true)
        {
            _text.SkipSpaceAndComments();
            if (_text.Take("]"))
                return array;
            if (_text.AtEnd)
                throw _text.Expected($"']' for the '[' before {opened}");
            var element = new HoconValue();
            ParseValue(element);
            array.Add(element);
        }
    }

    private HoconSubstitution ParseSubstitution()
    {
        var where = _text.Where;
        var substitution = new HoconSubstitution(_text.TakeSubstitution(), where);
        _substitutions.Add(substitution);
        return substitution;
    }

    /// <summary>The object that a value is, or becomes: a text or an array before it is replaced.</summary>
    private HoconObject ObjectOf(HoconValue value)
    {
        // Akka.NET would drop the substitution here without a word.
        if (value.Parts.Any(p => p is HoconSubstitution))
            throw _text.Expected("no object here (a substitution is not merged into one)");
        if (value.GetObject() is { } existing)
            return existing;
        value.Clear();
        var made = new HoconObject();
        value.Append(made);
        return made;
    }

    private FormatException Mixed() => _text.Expected("the end of the line or ',' (an object does not join with a text or an array)");
}
