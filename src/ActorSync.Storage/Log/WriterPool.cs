using System.Collections.Concurrent;

namespace ActorSync.Storage;

/// <summary>One turn of work for a writer thread: it blocks in writes and flushes, and never throws.</summary>
internal interface IWriterWork
{
    void Run();
}

/// <summary>
/// A few threads that write and flush for all logs of a node, in turns, so that no thread of the pool that the actors
/// run on ever waits for a disk.
/// </summary>
internal sealed class WriterPool : IDisposable
{
    private readonly BlockingCollection<IWriterWork> _work = new(new ConcurrentQueue<IWriterWork>());
    private readonly Thread[] _threads;

    public WriterPool(int threads)
    {
        _threads = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _threads[i] = new Thread(Serve) { IsBackground = true, Name = $"store writer {i}" };
            _threads[i].Start();
        }
    }

    public void Enqueue(IWriterWork work) => _work.Add(work);

    /// <summary>Ends the threads when all work is done; called when all logs are closed.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        foreach (var thread in _threads)
            thread.Join();
        _work.Dispose();
    }

    private void Serve()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            work.Run();
    }
}
