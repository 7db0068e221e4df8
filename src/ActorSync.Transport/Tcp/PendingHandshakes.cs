namespace ActorSync.Transport.Tcp;

/// <summary>
/// The connections that have not shaken hands yet, oldest first. When there are too many, the oldest is given up: an
/// honest peer needs its place for a round trip, a silent one would keep it until the timeout.
/// </summary>
internal sealed class PendingHandshakes(int max)
{
    private readonly LinkedList<Pending> _pending = new();

    /// <summary>A place for one more, whose token is cancelled when it has to give way. Dispose gives the place back.</summary>
    public Pending Enter(CancellationToken closing)
    {
        var pending = new Pending(this, CancellationTokenSource.CreateLinkedTokenSource(closing));
        Pending? oldest = null;
        lock (_pending)
        {
            if (_pending.Count == max)
            {
                oldest = _pending.First!.Value;
                _pending.RemoveFirst();
            }
            _pending.AddLast(pending.Place);
        }
        oldest?.GiveWay();
        return pending;
    }

    internal sealed class Pending : IDisposable
    {
        private readonly PendingHandshakes _all;
        private readonly CancellationTokenSource _source;

        public Pending(PendingHandshakes all, CancellationTokenSource source)
        {
            _all = all;
            _source = source;
            Place = new LinkedListNode<Pending>(this);
        }

        public LinkedListNode<Pending> Place { get; }

        public CancellationToken Token => _source.Token;

        public void GiveWay()
        {
            try
            {
                _source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }

        public void Dispose()
        {
            lock (_all._pending)
            {
                if (Place.List is not null)
                    _all._pending.Remove(Place);
            }
            _source.Dispose();
        }
    }
}
