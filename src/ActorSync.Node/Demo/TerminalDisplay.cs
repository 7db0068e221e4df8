using System.Threading.Channels;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ActorSync.Node.Demo;

/// <summary>
/// Shows a demo in a terminal: what is done above, then a table of the nodes, then the bar of what is under way, drawn
/// over in place.
/// </summary>
internal sealed class TerminalDisplay : IDemoDisplay
{
    private const int Wide = 100;
    private const string Legend = "polls: made/answered   pushes: in/out";

    private const string MeshLegend = "graphs: held by the node; coming: to hold, being fetched; leaving: held by others now";

    // Widths that the numbers do not outgrow: columns that move about are hard to read.
    private static readonly (string Name, int Width)[] Columns =
        [("node", 4), ("commands", 9), ("heads", 5), ("subscriptions", 17), ("in", 8), ("out", 8), ("polls", 7), ("pushes", 13)];

    private static readonly (string Name, int Width)[] MeshColumns =
        [("node", 4), ("members", 7), ("graphs", 6), ("coming", 6), ("leaving", 7), ("commands", 9), ("in", 8), ("out", 8)];

    private readonly IAnsiConsole _console;
    private readonly Channel<DemoFrame> _frames = Channel.CreateBounded<DemoFrame>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly List<string> _said = [];
    private readonly Lock _lock = new();
    private Task? _drawing;

    public TerminalDisplay(IAnsiConsole console)
    {
        _console = console;
    }

    public void Say(string line)
    {
        lock (_lock)
        {
            if (_drawing is null)
                _console.WriteLine(line);
            else
                _said.Add(line);
        }
    }

    public void Show(DemoFrame frame)
    {
        lock (_lock)
            _drawing ??= Task.Run(DrawAsync);
        _frames.Writer.TryWrite(frame);
    }

    public async ValueTask DisposeAsync()
    {
        _frames.Writer.TryComplete();
        if (_drawing is { } drawing)
            await drawing;
    }

    private Task DrawAsync() => _console.Live(new Text("")).Overflow(VerticalOverflow.Crop).StartAsync(async live =>
    {
        await foreach (var frame in _frames.Reader.ReadAllAsync())
            live.UpdateTarget(Build(frame));
    });

    /// <summary>What is drawn for a frame.</summary>
    public IRenderable Build(DemoFrame frame)
    {
        List<IRenderable> rows;
        lock (_lock)
            rows = [.. _said.Select(line => new Text(line) { Overflow = Overflow.Ellipsis })];
        rows.Add(frame.Hosts.Count > 0 ? Table(MeshColumns, frame.Hosts.Select(Cells)) : Table(Columns, frame.Nodes.Select(Cells)));
        rows.Add(new Text(frame.Hosts.Count > 0 ? MeshLegend : Legend, new Style(decoration: Decoration.Dim)));
        // Empty lines where the bar was: what is drawn keeps its height.
        rows.Add(frame.Step is { } step ? new Markup($"{Markup.Escape(step.Title)}  {Bar(step)}") : new Text(" "));
        rows.Add(frame.Step is { } under ? new Markup($"[dim]{Markup.Escape(PlainDisplay.Progress(under))}[/]") : new Text(" "));
        return new Rows(rows);
    }

    private Table Table((string Name, int Width)[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var (name, width) in columns)
            table.AddColumn(new TableColumn(name) { NoWrap = true, Width = width, Alignment = Justify.Right, Padding = new Padding(0, 0, _console.Profile.Width < Wide ? 0 : 2, 0) });
        foreach (var row in rows)
            table.AddRow(row);
        return table;
    }

    private static string[] Cells(NodeView node) =>
    [
        $"{node.Number}", Units.Count(node.Commands), Units.Count(node.Heads), Held(node), Units.Bytes(node.BytesIn), Units.Bytes(node.BytesOut),
        $"{Units.Count(node.PollsMade)}/{Units.Count(node.PollsAnswered)}", $"{Units.Count(node.PushesIn)}/{Units.Count(node.PushesOut)}",
    ];

    private static string[] Cells(HostView host) => host.IsKilled
        ? [$"{host.Number}", "killed", "", "", "", "", "", ""]
        :
        [
            $"{host.Number}", $"{host.Members}", Units.Count(host.Serving), Units.Count(host.TakingOver), Units.Count(host.Leaving),
            Units.Count(host.Commands), Units.Bytes(host.BytesIn), Units.Bytes(host.BytesOut),
        ];

    private static string Held(NodeView node) => node.Subscriptions == 0 ? "none" : $"{node.Subscriptions}: {Units.Bytes(node.BytesLeft)}, {Units.Count(node.SecondsLeft)} s";

    private string Bar(DemoStep step)
    {
        var (full, empty) = _console.Profile.Capabilities.Unicode ? ('━', '─') : ('#', '-');
        var width = Math.Max(10, Math.Min(_console.Profile.Width, Wide) - step.Title.Length - 8);
        var filled = (int)(step.Share * width);
        return $"[green]{new string(full, filled)}[/][dim]{new string(empty, width - filled)}[/] {Math.Floor(100 * step.Share),3:F0}%";
    }
}
