namespace ActorSync.Graphs.Clients;

/// <summary>
/// Tells observers of every commit before the committing call returns. Nothing is queued: an observer that takes its time
/// holds up the commits, and of a commit that one makes on hearing of another the others hear first.
/// </summary>
internal sealed class CommitStream : IObservable<GraphCommit>
{
    private IObserver<GraphCommit>[] _observers = [];

    public IDisposable Subscribe(IObserver<GraphCommit> observer)
    {
        _observers = [.. _observers, observer];
        return new Subscription(this, observer);
    }

    public void Put(GraphCommit commit)
    {
        foreach (var observer in _observers)
            observer.OnNext(commit);
    }

    public void End()
    {
        foreach (var observer in _observers)
            observer.OnCompleted();
        _observers = [];
    }

    private sealed class Subscription(CommitStream stream, IObserver<GraphCommit> observer) : IDisposable
    {
        public void Dispose() => stream._observers = [.. stream._observers.Where(other => other != observer)];
    }
}
