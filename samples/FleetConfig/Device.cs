using ActorSync;
using ActorSync.Actors;
using ActorSync.States;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace FleetConfig;

/// <summary>A node of the fleet, with its own store. It applies what is set for all (<c>fleet/</c>) and for itself (<c>device/NAME/</c>).</summary>
internal sealed class Device : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _name;
    private readonly ISyncNode _node;
    private readonly ISharedState _fleet;
    private readonly TextWriter _output;
    private readonly Dictionary<string, string> _applied = [];
    private readonly Task[] _watching;
    private readonly SemaphoreSlim _changed = new(0);

    private Device(string name, ISyncNode node, ISharedState fleet, TextWriter output)
    {
        (_name, _node, _fleet, _output) = (name, node, fleet, output);
        _watching = [ApplyAsync("fleet/"), ApplyAsync($"device/{name}/")];
    }

    public string Endpoint => _node.ListenName!;

    /// <summary>Opens the store in a folder of the device's name and joins the mesh at an endpoint of it; null for the first.</summary>
    public static async Task<Device> StartAsync(string name, string folder, string? join, TextWriter output)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = Path.Combine(folder, name) })).Value;
        var node = SyncNode.Start(new SyncNodeOptions
        {
            Store = store,
            Connector = new TcpLinkConnector(),
            Listen = TcpLinkListener.At("127.0.0.1:0"),
            Mesh = new MeshOptions { Join = join is null ? [] : [join], Roles = ["device"] },
        }).Value;
        return new Device(name, node, (await node.OpenStateAsync(new StateName("fleet"))).Value, output);
    }

    /// <summary>It is durable here when this returns, and spreads from here.</summary>
    public async Task SetAsync(string key, string json) => _ = (await _fleet.SetAsync(key, json)).Value;

    public async Task DeleteAsync(string key) => _ = (await _fleet.DeleteAsync(key)).Value;

    /// <summary>Waits until the device has applied exactly these.</summary>
    public async Task WaitForAsync(params (string Key, string Json)[] settings)
    {
        while (!HasApplied(settings))
        {
            if (!await _changed.WaitAsync(Patience))
                throw new TimeoutException($"{_name} did not apply what it should in time");
        }
    }

    /// <summary>Waits until all that the state holds here, other devices' keys too, is what another device holds now.</summary>
    public async Task<StateVersion> WaitForLevelAsync(Device other)
    {
        var version = (await other._fleet.ListAsync()).Value.Version;
        using var patience = new CancellationTokenSource(Patience);
        return (await _fleet.WatchAsync(cancellation: patience.Token).FirstAsync(change => change.Version == version, patience.Token)).Version;
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await Task.WhenAll(_watching);
    }

    // A watch begins with what there is, leaves out nothing, and ends with the node.
    private async Task ApplyAsync(string prefix)
    {
        await foreach (var change in _fleet.WatchAsync(prefix))
        {
            var gone = change.Entries.Where(entry => entry.IsTombstone).Concat(change.Expired).Select(entry => entry.Key);
            lock (_applied)
            {
                if (change.IsWhole)
                    gone = _applied.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && change.Entries.All(entry => entry.Key != key));
                foreach (var key in gone.Where(_applied.Remove).ToArray())
                    _output.WriteLine($"  {_name,-6} drops   {key}");
                foreach (var entry in change.Entries.Where(entry => !entry.IsTombstone))
                {
                    _applied[entry.Key] = entry.Json();
                    _output.WriteLine($"  {_name,-6} applies {entry.Key} = {entry.Json()}");
                }
            }
            _changed.Release();
        }
    }

    private bool HasApplied((string Key, string Json)[] settings)
    {
        lock (_applied)
            return _applied.Count == settings.Length && settings.All(setting => _applied.GetValueOrDefault(setting.Key) == setting.Json);
    }
}
