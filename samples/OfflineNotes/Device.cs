using System.Text;
using ActorSync;
using ActorSync.Graphs;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace OfflineNotes;

/// <summary>A device with its own store of notes. It writes whether or not anyone can be reached.</summary>
internal sealed class Device : IAsyncDisposable
{
    private readonly ISyncNode _node;

    private Device(string name, ISyncNode node)
    {
        Name = name;
        _node = node;
    }

    public string Name { get; }

    public string Endpoint => _node.ListenName!;

    /// <summary>Opens the device's store in a folder of its name, and listens on a free port.</summary>
    public static async Task<Device> OpenAsync(string name, string folder)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(folder, name) })).Value;
        var node = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new TcpLinkConnector(),
            Listen = TcpLinkListener.At("127.0.0.1:0"),
        });
        return new Device(name, node.Value);
    }

    /// <summary>The notebook: the same first command makes the same graph on every device.</summary>
    public async Task<GraphId> OpenNotebookAsync() => (await _node.CreateGraphAsync("my notebook"u8.ToArray())).Value;

    /// <summary>Writes a note; it is durable on this device when this returns.</summary>
    public async Task WriteAsync(GraphId notebook, string text) =>
        _ = (await _node.AddAsync(notebook, Encoding.UTF8.GetBytes($"{Name}: {text}"))).Value;

    /// <summary>Asks the other device to push what it has and what it will write.</summary>
    public async Task SubscribeAsync(GraphId notebook, Device other)
    {
        if (await _node.SubscribeAsync(other.Endpoint, notebook) is { } error)
            throw new SyncException(error);
    }

    /// <summary>Waits until a version of the notebook holds that many notes.</summary>
    public async Task<IReadOnlyList<string>> WaitForNotesAsync(GraphId notebook, int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var version in _node.WatchAsync(notebook, patience.Token))
        {
            var notes = NotesOf(version);
            if (notes.Count == count)
                return notes;
        }
        throw new TimeoutException("the notebook was closed");
    }

    public async Task<HeadSet> HeadsAsync(GraphId notebook) => (await _node.ReadAsync(notebook)).Value.Heads;

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    // Devices receive notes in different orders; sorted by id they read the same everywhere.
    private static List<string> NotesOf(GraphSnapshot version) =>
        [.. version.ReadAll().Where(command => command.Priority.Kind == PriorityKind.Basic).OrderBy(command => command.Id).Select(command => Encoding.UTF8.GetString(command.Payload.Span))];
}
