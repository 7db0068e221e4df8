namespace ActorSync.Storage;

/// <summary>One turn of work for a writer thread: it blocks in writes and flushes, and never throws.</summary>
internal interface IWriterWork
{
    /// <returns>Whether another turn is due.</returns>
    bool Run();
}

/// <summary>
/// A few threads that write and flush for all logs of a node, in turns, so that no thread of the pool that the actors
/// run on ever waits for a disk.
/// </summary>
internal sealed class WriterPool : IDisposable
{
    private readonly Queue<IWriterWork> _work = new();
    private readonly Thread[] _threads;
    private bool _isEnding;

    public WriterPool(int threads)
    {
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"store writer {i}" };
            _threads[i].Start();
        }
    }

    public void Enqueue(IWriterWork work)
    {
        lock (_work)
        {
            _work.Enqueue(work);
            Monitor.Pulse(_work);
        }
    }

    /// <summary>Ends the threads when all work is done; called when all logs are closed.</summary>
    public void Dispose()
    {
        lock (_work)
        {
            _isEnding = true;
            Monitor.PulseAll(_work);
        }
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Serve()
    {
        while (Take() is { } work)
        {
            if (work.Run())
                EnqueueAgain(work);
        }
    }

    // This thread comes for the next work itself: none needs to be woken.
    private void EnqueueAgain(IWriterWork work)
    {
        lock (_work)
            _work.Enqueue(work);
    }

    private IWriterWork? Take()
    {
        lock (_work)
        {
            while (_work.Count == 0 && !_isEnding)
                Monitor.Wait(_work);
            return _work.TryDequeue(out var work) ? work : null;
        }
    }
}
