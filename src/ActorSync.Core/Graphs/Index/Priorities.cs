namespace ActorSync.Graphs.Index;

/// <summary>
/// The priorities of a graph's commands, a byte each: its kind, or the value of a basic command where that is low. Higher
/// values stand in a list of their own; which is a command's follows from how many came before.
/// </summary>
internal sealed class Priorities
{
    private const int Stretch = 64;
    private const byte Merge = 0, Finalize = 1, Init = 2, High = 3, Lowest = 4;
    private const uint Highest = byte.MaxValue - Lowest;

    private readonly Column<byte> _codes = new();
    private readonly Column<uint> _high = new();

    // High values before each stretch of commands.
    private readonly Column<int> _before = new();

    public void Add(Priority priority) => Add(priority, 1);

    /// <summary>Adds so many commands of one priority.</summary>
    public void Add(Priority priority, int count)
    {
        var code = CodeOf(priority);
        while (count > 0)
        {
            if (_codes.Count % Stretch == 0)
                _before.Add(_high.Count);
            var taken = Math.Min(count, Stretch - _codes.Count % Stretch);
            if (code == High)
                _high.AddRange(priority.Value, taken);
            _codes.AddRange(code, taken);
            count -= taken;
        }
    }

    public Priority this[int ordinal] => _codes[ordinal] switch
    {
        Merge => Priority.Merge,
        Finalize => Priority.Finalize,
        Init => Priority.Init,
        High => Priority.Basic(_high[HighBefore(ordinal)]),
        var low => Priority.Basic((uint)(low - Lowest)),
    };

    public void Cut(int count)
    {
        _high.Cut(count == _codes.Count ? _high.Count : HighBefore(count));
        _before.Cut((count + Stretch - 1) / Stretch);
        _codes.Cut(count);
    }

    // A stretch never crosses from one chunk of the column to the next.
    private int HighBefore(int ordinal)
    {
        var start = ordinal - ordinal % Stretch;
        return _before[ordinal / Stretch] + _codes.Part(start, ordinal - start).Count(High);
    }

    private static byte CodeOf(Priority priority) => priority.Kind switch
    {
        PriorityKind.Merge => Merge,
        PriorityKind.Finalize => Finalize,
        PriorityKind.Init => Init,
        _ => priority.Value <= Highest ? (byte)(Lowest + priority.Value) : High,
    };
}
