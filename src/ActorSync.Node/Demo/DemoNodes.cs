namespace ActorSync.Node.Demo;

/// <summary>
/// The nodes of a demo, in folders below one temporary folder. Disposing ends those that run, and takes the folder away.
/// </summary>
internal sealed class DemoNodes(NodeProgram program, bool keep) : IAsyncDisposable
{
    private readonly TaskCompletionSource<SyncError> _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<DemoNode> _started = [];
    private readonly Lock _lock = new();
    private volatile IReadOnlyList<DemoNode> _all = [];

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorsync-demo-").FullName;

    /// <summary>Those that were started and not ended again, by their numbers; also those that were killed.</summary>
    public IReadOnlyList<DemoNode> All => _all;

    /// <summary>Those that run.</summary>
    public IReadOnlyList<DemoNode> Live => [.. _all.Where(node => !node.IsKilled)];

    /// <summary>One ended that was not told to.</summary>
    public Task<SyncError> Died => _died.Task;

    /// <summary>Starts some together; the node of a number has the store that it had before.</summary>
    /// <exception cref="SyncException">One could not start.</exception>
    public Task<DemoNode[]> StartAsync(IEnumerable<int> numbers, DemoRole role, CancellationToken cancellation) =>
        Task.WhenAll(numbers.Select(number => StartAsync(number, role, cancellation)));

    /// <inheritdoc cref="StartAsync(IEnumerable{int}, DemoRole, CancellationToken)"/>
    public async Task<DemoNode> StartAsync(int number, DemoRole role, CancellationToken cancellation)
    {
        var node = await DemoNode.StartAsync(number, program, Path.Combine(Folder, $"node-{number}"), role, cancellation);
        lock (_lock)
        {
            _started.Add(node);
            _all = [.. _all.Append(node).OrderBy(one => one.Number)];
        }
        _ = WatchAsync(node);
        return node;
    }

    /// <summary>Lets all end in good order. What they hold stays.</summary>
    public async Task EndAsync()
    {
        var ending = _all;
        _all = [];
        await Task.WhenAll(ending.Select(node => node.EndAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_started.Select(node => node.DisposeAsync().AsTask()));
        if (!keep)
            Directory.Delete(Folder, recursive: true);
    }

    private async Task WatchAsync(DemoNode node)
    {
        if (await node.Ended is { } unasked)
            _died.TrySetResult(unasked);
    }
}
