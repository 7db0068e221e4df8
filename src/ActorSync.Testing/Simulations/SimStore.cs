using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;
using ActorSync.Testing.Simulations.Invariants;

namespace ActorSync.Testing.Simulations;

/// <summary>
/// The durable commands of one graph on one node's disk. An append is durable some time after it began, in the order of
/// the appends, or fails and takes those behind it along, as <see cref="IGraphStore.AppendAsync"/> says. A crash meets
/// appends that are under way: they are lost, or turn out to be there.
/// </summary>
internal sealed class SimStore : ICommandReader
{
    private readonly SimNode _node;
    private readonly List<Command> _commands;
    private readonly List<(MonotonicTime At, int Count)> _batches = [];
    private readonly Queue<(int First, IReadOnlyList<Command> Commands, Action<SyncError?> Settled)> _pending = new();
    private MonotonicTime _lastDue;
    private int _run;

    public SimStore(SimNode node, GraphId graph, IEnumerable<Command> commands)
    {
        _node = node;
        Graph = graph;
        _commands = [.. commands];
        View = node.Simulation.Watch?.StoreOf(node, graph);
        View?.Replace(_commands);
    }

    public GraphId Graph { get; }

    /// <summary>What the invariants know of it.</summary>
    public StoreView? View { get; }

    public IReadOnlyList<Command> Commands => _commands;

    /// <summary>Appends whose fate is open.</summary>
    public int Pending => _pending.Count;

    public ReadOnlyMemory<byte> Read(int ordinal) => ordinal < _commands.Count ? _commands[ordinal].Bytes : ReadPending(ordinal);

    /// <summary>Begins an append; its fate comes after the disk's delay.</summary>
    public void Append(int first, IReadOnlyList<Command> commands, Action<SyncError?> settled)
    {
        _pending.Enqueue((first, commands, settled));
        _lastDue = MonotonicTime.Max(_lastDue, _node.Simulation.Now + _node.Disk.CommitDelay());
        var run = _run;
        _node.Simulation.At(_lastDue, () =>
        {
            if (run == _run)
                SettleNext();
        });
    }

    public GraphIndex Recover()
    {
        var index = new GraphIndex();
        foreach (var command in _commands)
            _ = index.Add(command).Value;
        return index;
    }

    /// <summary>
    /// The node crashed. What was not flushed is lost from some append on when the tail is lost; else all of it was
    /// written in time. True when the end is torn.
    /// </summary>
    public bool Crash(bool losesTail)
    {
        _run++;
        var random = _node.Simulation.Random;
        var unflushed = _pending.Count;
        for (var kept = losesTail ? random.Next(unflushed + 1) : unflushed; kept > 0; kept--)
        {
            var (first, commands, _) = _pending.Dequeue();
            if (first == _commands.Count)
                Add(commands);
        }
        var isTorn = _pending.Count > 0 && random.Next(2) == 0;
        _pending.Clear();
        if (losesTail && _node.Disk.FlushesEvery is { } interval)
            CutTo(_batches.LastOrDefault(batch => batch.At + interval <= _node.Simulation.Now || random.Next(2) == 0).Count);
        return isTorn;
    }

    /// <summary>Takes the place of what is here: a backup.</summary>
    public void Restore(IEnumerable<Command> backup)
    {
        _run++;
        _pending.Clear();
        _commands.Clear();
        _commands.AddRange(backup);
        _batches.Clear();
        View?.Replace(_commands);
    }

    private void CutTo(int count)
    {
        count = Math.Max(1, count);
        if (count >= _commands.Count)
            return;
        _commands.RemoveRange(count, _commands.Count - count);
        _batches.RemoveAll(batch => batch.Count > count);
        View?.Replace(_commands);
    }

    private void SettleNext()
    {
        var (first, commands, settled) = _pending.Dequeue();
        if (first != _commands.Count || _node.Disk.Fails())
        {
            settled(new SyncError(SyncErrorKind.StoreFailed, "the disk is full"));
            return;
        }
        Add(commands);
        settled(null);
    }

    private void Add(IReadOnlyList<Command> commands)
    {
        _commands.AddRange(commands);
        if (_node.Disk.FlushesEvery is not null)
            _batches.Add((_node.Simulation.Now, _commands.Count));
        View?.Add(commands);
    }

    private ReadOnlyMemory<byte> ReadPending(int ordinal)
    {
        foreach (var (first, commands, _) in _pending)
        {
            if (ordinal >= first && ordinal < first + commands.Count)
                return commands[ordinal - first].Bytes;
        }
        throw new ArgumentOutOfRangeException(nameof(ordinal));
    }
}
