namespace ActorSync.Node.Demo;

/// <summary>The three nodes of a demo, in folders below one temporary folder. Disposing ends them, and takes the folder away.</summary>
internal sealed class DemoNodes : IAsyncDisposable
{
    private const int Count = 3;

    private readonly bool _keep;
    private DemoNode[] _nodes = [];

    private DemoNodes(string folder, bool keep)
    {
        Folder = folder;
        _keep = keep;
    }

    public string Folder { get; }

    public IReadOnlyList<DemoNode> All => _nodes;

    /// <summary>Starts them together; if one fails, none is left.</summary>
    /// <exception cref="SyncException">One could not start.</exception>
    public static async Task<DemoNodes> StartAsync(NodeProgram program, bool keep, CancellationToken cancellation)
    {
        var nodes = new DemoNodes(Directory.CreateTempSubdirectory("actorsync-demo-").FullName, keep);
        var starting = Enumerable.Range(1, Count)
            .Select(number => DemoNode.StartAsync(number, program, Path.Combine(nodes.Folder, $"node-{number}"), cancellation))
            .ToArray();
        await ((Task)Task.WhenAll(starting)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        nodes._nodes = [.. starting.Where(one => one.IsCompletedSuccessfully).Select(one => one.Result)];
        if (nodes._nodes.Length == Count)
            return nodes;
        await nodes.DisposeAsync();
        await Task.WhenAll(starting);
        throw new InvalidOperationException("a node that could not start gave no reason");
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_nodes.Select(node => node.DisposeAsync().AsTask()));
        if (!_keep)
            Directory.Delete(Folder, recursive: true);
    }
}
