using System.Collections.Concurrent;
using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>A peer that holds a subscription to one graph, remembers what it was sent, and acknowledges it.</summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private readonly RawPeer _peer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _held = new();
    private readonly TaskCompletionSource<SubscriptionEndReason> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Address _head;
    private int _repeated;

    private Subscriber(RawPeer peer) => _peer = peer;

    public ICollection<string> Ids => [.. _held.Where(held => held.Value.Task.IsCompletedSuccessfully).Select(held => held.Key)];

    /// <summary>Commands that came more than once.</summary>
    public int Repeated => _repeated;

    /// <summary>What the daemon said when it ended the subscription; faulted when the link went without a word.</summary>
    public Task<SubscriptionEndReason> Ended => _ended.Task;

    /// <summary>
    /// Links and subscribes; ends when what is there of the graph has come. A link that is closed before, because too
    /// many came at once, is made again, as a node's dialer does.
    /// </summary>
    public static async Task<Subscriber> OpenAsync(string endpoint, GraphId graph)
    {
        while (true)
        {
            var subscriber = new Subscriber(await RawPeer.ConnectAsync(endpoint));
            await subscriber._peer.SendAsync(subscriber._peer.Subscribe(graph));
            subscriber._reading = subscriber.ReadAsync();
            var holds = subscriber.HoldsAsync(graph.Init.ToString());
            if (await Task.WhenAny(holds, subscriber._reading).WaitAsync(TimeSpan.FromSeconds(30)) == holds)
                return subscriber;
            await subscriber.DisposeAsync();
        }
    }

    /// <summary>Ends when the command has come.</summary>
    public Task HoldsAsync(string id) => Held(id).Task;

    /// <summary>From now on it reads nothing and acknowledges nothing; its link stays.</summary>
    public void StopReading() => _stop.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading;
        await _peer.DisposeAsync();
    }

    private TaskCompletionSource Held(string id) => _held.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReadAsync()
    {
        try
        {
            while ((await _peer.TryReceiveAsync(_stop.Token)).TryGet(out var message, out var error) || Lost(error))
                await OnAsync(message!);
        }
        catch (OperationCanceledException)
        {
            // It was told to read no more.
        }
    }

    private bool Lost(SyncError error)
    {
        _ended.TrySetException(new SyncException(error));
        _stop.Cancel();
        _stop.Token.ThrowIfCancellationRequested();
        return false;
    }

    private async Task OnAsync(SyncMessage message)
    {
        if (message is SubscriptionEnded ended)
            _ended.TrySetResult(ended.Reason);
        if (message is not Push push)
            return;
        foreach (var command in push.Commands.Decode(WireLimits.Default).Value)
        {
            _head = command.Address.MaxCut >= _head.MaxCut ? command.Address : _head;
            if (!Held(command.Id.ToString()).TrySetResult())
                _repeated++;
        }
        await _peer.AckAsync(push, _head);
    }
}
