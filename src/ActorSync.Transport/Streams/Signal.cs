using System.Threading.Tasks.Sources;

namespace ActorSync.Transport.Streams;

/// <summary>
/// Wakes one waiter, again and again, without allocating. Set and wait take turns: the owner's lock sees to that.
/// </summary>
internal sealed class Signal : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _core;

    /// <summary>Wakes the waiter: in the thread pool, or here, so that it has gone on when this returns.</summary>
    public void Set(bool here = false)
    {
        _core.RunContinuationsAsynchronously = !here;
        _core.SetResult(true);
    }

    public ValueTask WaitAsync() => new(this, _core.Version);

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        _core.Reset();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
