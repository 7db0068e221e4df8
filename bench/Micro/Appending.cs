using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Storage;
using BenchmarkDotNet.Attributes;
using Microsoft.Win32.SafeHandles;

namespace ActorSync.Bench.Micro;

/// <summary>
/// One command of 100 bytes onto the disk: the store's append, beside a write and fsync of as many bytes to a bare file. The
/// folder is the system's for temporary files, or what ACTORSYNC_BENCH_FOLDER names: the disk is what is measured.
/// </summary>
public class Appending : IDisposable
{
    private string _folder = "";
    private SafeFileHandle? _bare;
    private long _length;
    private byte[] _bytes = [];
    private NodeStore? _store;
    private OpenedGraph? _graph;
    private Address _head;

    /// <summary>Whether each is flushed to the disk.</summary>
    [Params(FsyncMode.Always, FsyncMode.Never)]
    public FsyncMode Fsync { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _folder = Path.Combine(Environment.GetEnvironmentVariable("ACTORSYNC_BENCH_FOLDER") ?? Path.GetTempPath(), $"actorsync-micro-{Guid.NewGuid():n}");
        Directory.CreateDirectory(_folder);
        _bare = File.OpenHandle(Path.Combine(_folder, "bare"), FileMode.CreateNew, FileAccess.Write);
        var init = Command.Init("a graph to be written"u8);
        _head = init.Address;
        _bytes = SampleGraph.After(_head, 0).Bytes.ToArray();
        _store = NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(_folder, "store"), Fsync = Fsync }).GetAwaiter().GetResult().Value;
        _graph = _store.CreateAsync(init).GetAwaiter().GetResult().Value;
    }

    [Benchmark(Baseline = true, Description = "append: a bare write, and fsync")]
    public void Bare()
    {
        RandomAccess.Write(_bare!, _bytes, _length);
        _length += _bytes.Length;
        if (Fsync == FsyncMode.Always)
            RandomAccess.FlushToDisk(_bare!);
    }

    [Benchmark(Description = "append: a command made, indexed and durable")]
    public async Task Append()
    {
        var command = SampleGraph.After(_head, 0);
        var ordinal = _graph!.Index.Add(command).Value;
        if (await _graph.Store.AppendAsync(ordinal, [command]) is { } error)
            throw new SyncException(error);
        _head = command.Address;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _bare?.Dispose();
        _store?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        if (_folder.Length > 0)
            Directory.Delete(_folder, recursive: true);
        _folder = "";
        GC.SuppressFinalize(this);
    }
}
