namespace ActorSync.Actors.Tests.Support;

/// <summary>Keeps the thread pool busy for as long as it is there: some work waits for a thread at every moment.</summary>
internal sealed class BusyPool : IDisposable
{
    // More than the pool will ever have threads.
    private const int Works = 1000;

    private volatile bool _isOver;

    public BusyPool()
    {
        for (var i = 0; i < Works; i++)
            ThreadPool.UnsafeQueueUserWorkItem(new Work(this), preferLocal: false);
    }

    public void Dispose() => _isOver = true;

    private sealed class Work(BusyPool pool) : IThreadPoolWorkItem
    {
        void IThreadPoolWorkItem.Execute()
        {
            if (!pool._isOver)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }
}
