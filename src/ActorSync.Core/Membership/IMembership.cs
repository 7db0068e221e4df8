using ActorSync.Peers;

namespace ActorSync.Membership;

/// <summary>
/// Who the members are, wherever that is known from: a mesh, or a cluster of the engine. Placement asks nothing else.
/// </summary>
public interface IMembership
{
    /// <summary>The present view. May be read from any thread.</summary>
    MembershipView View { get; }

    /// <summary>
    /// Has the follower called with each later view, one call at a time, in order, on the thread of whoever found it: it
    /// must not block. Disposing of the answer ends that.
    /// </summary>
    IDisposable Follow(Action<MembershipView> follower);
}

/// <summary>The present view, published by whoever keeps it: the actor of a mesh, or that of a cluster.</summary>
public sealed class MembershipBoard(NodeId self) : IMembership
{
    private readonly Lock _gate = new();
    private readonly List<Action<MembershipView>> _followers = [];
    private volatile MembershipView _view = new(self, []);

    public MembershipView View => _view;

    /// <summary>Takes a view in place of the one before, and tells the followers.</summary>
    public void Publish(MembershipView view)
    {
        lock (_gate)
        {
            _view = view;
            foreach (var follower in _followers.ToArray())
                follower(view);
        }
    }

    public IDisposable Follow(Action<MembershipView> follower)
    {
        lock (_gate)
            _followers.Add(follower);
        return new Following(this, follower);
    }

    private sealed class Following(MembershipBoard board, Action<MembershipView> follower) : IDisposable
    {
        public void Dispose()
        {
            lock (board._gate)
                board._followers.Remove(follower);
        }
    }
}
