using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace ActorSync.Node.Output;

/// <summary>
/// What a command prints: tables for people at a terminal, plain lines of name=value otherwise, JSON when asked; errors
/// as one line on the error stream.
/// </summary>
public sealed class CommandOutput(TextWriter output, TextWriter error, bool outputIsTerminal, bool errorIsTerminal)
{
    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    public bool OutIsTerminal { get; } = outputIsTerminal;

    public bool ErrorIsTerminal { get; } = errorIsTerminal;

    /// <summary>An id or a digest: whole, but at a terminal its first digits, which are enough to name what is here.</summary>
    public string Id(string id) => OutIsTerminal && id.Length > 12 ? id[..12] : id;

    public void Line(string text)
    {
        Out.WriteLine(text);
        Out.Flush();
    }

    public void Json<T>(T value, JsonTypeInfo<T> type) => Line(JsonSerializer.Serialize(value, type));

    /// <summary>One line that begins with the program's name, whatever the sentence holds.</summary>
    public void Fail(string sentence)
    {
        try
        {
            Error.WriteLine($"actorsync: {sentence.ReplaceLineEndings(" ")}");
        }
        catch (IOException)
        {
            // Nobody can be told; the exit code still says it.
        }
    }

    /// <summary>Rows under their columns' names.</summary>
    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        if (!OutIsTerminal)
        {
            foreach (var row in rows)
                Line(string.Join(' ', columns.Zip(row, (name, value) => $"{name}={Plain(value)}")));
            return;
        }
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        foreach (var row in rows)
            table.AddRow(row.Select(Markup.Escape).ToArray());
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out) }).Write(table);
    }

    private static string Plain(string value) => value.Length == 0 || value.Contains(' ') && !value.StartsWith('"') ? $"\"{value.ReplaceLineEndings(" ")}\"" : value;
}
