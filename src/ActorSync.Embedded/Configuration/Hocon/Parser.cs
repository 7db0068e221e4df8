#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>
/// Reads HOCON as Akka.NET 1.5 does, and as leniently: a later value replaces an earlier one, objects are merged, blanks
/// within a line belong to the value, a comma may stand right after one. An unclosed block or text ends with the file;
/// a key goes on up to its '=', '{' or '.'; brackets and assignments where a key should be are passed over. Refused here
/// is what Akka.NET never comes back from: an array that cannot go on, a value that contains itself.
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
        var root = new HoconValue();
        ParseFields(root, "");
        SubstitutionResolver.Resolve(root, _substitutions);
        return new HoconRoot(root, _substitutions);
    }

    /// <summary>The fields of the object at a path, up to a '}' or the end of the text; after a dot there is but one.</summary>
    private void ParseFields(HoconValue owner, string path, bool one = false)
    {
        var target = ObjectOf(owner);
        while (_text.Next(out var name) is var piece && piece is not (HoconPiece.End or HoconPiece.Close))
        {
            if (piece == HoconPiece.Include)
                target.Merge(Included(name, path));
            if (piece != HoconPiece.Key)
                continue;
            ParseField(target.GetOrCreateKey(name), path.Length == 0 ? name : $"{path}.{name}");
            if (one)
                return;
        }
    }

    private HoconObject Included(string name, string path)
    {
        var where = _text.Where;
        if (_include is null)
            throw new ConfigurationException($"{where}: include \"{name}\" needs a callback that reads it.");
        try
        {
            var root = _include(name);
            foreach (var substitution in root.Substitutions)
                substitution.Path = $"{path}.{substitution.Path}";
            _substitutions.AddRange(root.Substitutions);
            return root.Value.GetObject() ?? throw new ConfigurationException("it holds no object");
        }
        catch (Exception e) when (e is FormatException or ConfigurationException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{where}: include \"{name}\": {e.Message}", e);
        }
    }

    /// <summary>What follows a key; without a value the key is there, and empty.</summary>
    private void ParseField(HoconValue value, string path)
    {
        while (true)
        {
            switch (_text.Next(out _))
            {
                case HoconPiece.Dot:
                    ParseFields(value, path, one: true);
                    return;
                case HoconPiece.Open:
                    ParseFields(value, path);
                    return;
                case HoconPiece.Assign:
                    if (!value.IsObject())
                        value.Clear();
                    ParseValue(value, path);
                    return;
                case HoconPiece.End:
                    return;
            }
        }
    }

    /// <summary>The parts of a value with the blanks between them, and the comma behind.</summary>
    private void ParseValue(HoconValue value, string path)
    {
        _text.SkipSpaceAndComments();
        while (TryParsePart(value, path))
        {
            if (_text.TakeBlanks() is { Length: > 0 } blanks)
                value.Append(new HoconLiteral(blanks));
        }

        _text.Take(",");
    }

    private bool TryParsePart(HoconValue value, string path)
    {
        if (_text.Take("{"))
        {
            ParseFields(value, path);
        }
        else if (_text.Take("["))
        {
            value.Append(ParseArray(path));
        }
        else if (_text.Take("${"))
        {
            _substitutions.Add(new HoconSubstitution(_text.TakeSubstitution(out var where), where));
            value.Append(_substitutions[^1]);
        }
        else if (_text.TryTakeText(out var text))
        {
            if (value.IsObject())
                value.Clear();
            value.Append(new HoconLiteral(text));
        }
        else
        {
            return false;
        }

        return true;
    }

    private HoconArray ParseArray(string path)
    {
        var array = new HoconArray();
        while (!_text.AtEnd && !_text.Sees("]"))
        {
            var before = _text.Position;
            array.Add(new HoconValue());
            ParseValue(array[^1], path);
            _text.SkipSpaceAndComments();
            if (_text.Position == before)
                throw _text.Expected("an element of the array, ',' or ']'");
        }

        _text.Take("]");
        return array;
    }

    /// <summary>The object that a value is, or becomes: whatever it was before is replaced.</summary>
    private static HoconObject ObjectOf(HoconValue value)
    {
        if (value.GetObject() is { } existing)
            return existing;
        value.Clear();
        var made = new HoconObject();
        value.Append(made);
        return made;
    }
}
