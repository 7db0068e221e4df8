using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Brings into a graph what can still be read of damaged logs of it: every command of an intact record whose priors are
/// there, hashed and checked like one that comes from a peer. The logs are read again as long as that brings something, so
/// that their order does not matter. Commands whose priors are nowhere wait: a peer may have them.
/// </summary>
/// <param name="from">The damaged logs.</param>
/// <param name="graph">The graph.</param>
/// <param name="identity">What ids are made with.</param>
/// <param name="index">What the graph holds; it grows.</param>
internal sealed class GraphSalvage(IReadOnlyList<LogOptions> from, GraphId graph, ICommandIdentity? identity, GraphIndex index)
{
    private const int BatchBytes = 1 << 20;

    private readonly HashSet<CommandId> _waiting = [];
    private readonly List<Command> _batch = [];
    private long _batchBytes;

    /// <summary>Commands that were brought.</summary>
    public int Kept { get; private set; }

    /// <summary>Intact commands whose priors are not there.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Brings what fits; durable when it returns without an error.</summary>
    /// <param name="open">Gives the log to write to, once there is something to write; null to look only.</param>
    public async Task<SyncError?> RunAsync(Func<Result<RecordLog>>? open)
    {
        RecordLog? log = null;
        var error = await FillAsync(FlushAsync).ConfigureAwait(false) ?? await FlushAsync().ConfigureAwait(false);
        if (log is not null)
            await log.CloseAsync().ConfigureAwait(false);
        return error ?? log?.CloseFailure;

        async ValueTask<SyncError?> FlushAsync()
        {
            if (_batch.Count == 0)
                return null;
            var record = CommandBatch.Encode(_batch)!;
            _batch.Clear();
            _batchBytes = 0;
            if (open is null)
                return null;
            if (log is null && !open().TryGet(out log, out var refused))
                return refused;
            return await log.AppendAsync(CommandBatch.RecordType, record).ConfigureAwait(false);
        }
    }

    private async Task<SyncError?> FillAsync(Func<ValueTask<SyncError?>> flush)
    {
        int before;
        do
        {
            before = Kept;
            foreach (var options in from)
            {
                if (await new LogSalvage(options).RunAsync((type, body) => Take(type, body) < BatchBytes ? default : flush()).ConfigureAwait(false) is { } error)
                    return error;
            }
        }
        while (Waiting > 0 && Kept > before);
        return null;
    }

    // Gives how many bytes are to be written.
    private long Take(byte type, ReadOnlyMemory<byte> body)
    {
        if (type != CommandBatch.RecordType || !CommandBatch.TryCount(body.Span, out var count, out var at))
            return _batchBytes;
        for (var i = 0; i < count && CommandBatch.TryNext(body, ref at, out var bytes); i++)
        {
            // The body is the scan's; what is kept outlives it.
            if (Command.Parse(bytes.ToArray(), identity).TryGet(out var command, out _) && (command.PriorKind != PriorKind.None || command.Id == graph.Init))
                Take(command);
        }
        return _batchBytes;
    }

    private void Take(Command command)
    {
        if (index.Add(command).Error is { } error)
        {
            if (error.Kind == SyncErrorKind.MissingPrior)
                _waiting.Add(command.Id);
            return;
        }
        Kept++;
        _waiting.Remove(command.Id);
        _batch.Add(command);
        _batchBytes += command.Bytes.Length;
    }
}
