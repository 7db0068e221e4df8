using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers.Providers;

namespace ActorSync.Node.Tests.Providers;

/// <summary>A watch of a provider that a test reads view by view.</summary>
internal sealed class Views(IPeerProvider provider) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private IAsyncEnumerator<PeerView>? _watch;
    private Task<bool>? _next;

    /// <summary>The next view.</summary>
    public async Task<PeerView> NextAsync()
    {
        Assert.True(await Begin().WaitAsync(TimeSpan.FromSeconds(20)));
        _next = null;
        return _watch!.Current;
    }

    /// <summary>The next view, once the provider waits for just that long, and that has passed.</summary>
    public async Task<PeerView> NextAfterAsync(ManualTime time, TimeSpan wait)
    {
        await PassAsync(time, wait);
        return await NextAsync();
    }

    /// <summary>Has a wait pass that the provider is in.</summary>
    public async Task PassAsync(ManualTime time, TimeSpan wait)
    {
        _ = Begin();
        await time.TimerOf(wait);
        time.Advance(wait);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_next is not null)
            await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_watch is not null)
            await _watch.DisposeAsync();
        _stop.Dispose();
    }

    /// <summary>Has the provider go on, until it has a view.</summary>
    public Task BeginAsync() => Begin();

    private Task<bool> Begin()
    {
        _watch ??= provider.WatchAsync(_stop.Token).GetAsyncEnumerator(CancellationToken.None);
        return _next ??= _watch.MoveNextAsync().AsTask();
    }
}

/// <summary>Draws the same again and again: waits are three quarters of their ceilings then.</summary>
internal sealed class EvenRandom : Random
{
    public override double NextDouble() => 0.5;
}
