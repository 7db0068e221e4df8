using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Membership;

/// <summary>
/// The endpoints to keep links to: seeds for good, members by the rule of the smaller node id, and for a while those that
/// were removed and did not leave.
/// </summary>
internal sealed class WantedLinks(NodeId self, IReadOnlyList<string> own, IReadOnlyList<string> seeds, MembershipSettings settings)
{
    private readonly SortedSet<string> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeId, (IReadOnlyList<string> Endpoints, MonotonicTime Until)> _gone = [];
    private readonly HashSet<NodeId> _dialedBack = [];

    /// <summary>When something changes by time alone.</summary>
    public MonotonicTime Deadline { get; private set; } = MonotonicTime.Never;

    /// <summary>A member is none any more. It may come back, or still has something to say.</summary>
    public void OnGone(Member member, MonotonicTime until)
    {
        if (_gone.Count >= settings.GoneMost)
            _gone.Remove(_gone.MinBy(gone => gone.Value.Until).Key);
        _gone[member.Node] = (member.Endpoints, until);
    }

    /// <summary>A member is there, or will not come back.</summary>
    public void Forget(NodeId node)
    {
        _gone.Remove(node);
        _dialedBack.Remove(node);
    }

    /// <summary>Tells what to connect to and what not any more.</summary>
    public void Settle(IEnumerable<MemberWatch> others, Func<NodeId, bool> isLinked, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        Deadline = MonotonicTime.Never;
        var wanted = new SortedSet<string>(seeds, StringComparer.Ordinal);
        foreach (var other in others)
        {
            if (Dials(other, isLinked(other.Member.Node), now))
                wanted.UnionWith(other.Member.Endpoints);
        }
        foreach (var (node, gone) in _gone.ToArray())
        {
            if (now >= gone.Until)
                _gone.Remove(node);
            else
            {
                wanted.UnionWith(gone.Endpoints);
                Deadline = MonotonicTime.Min(Deadline, gone.Until);
            }
        }
        wanted.ExceptWith(own);
        Change(wanted, outbox);
    }

    // Who has dialed back once goes on: the other side may never be able to.
    private bool Dials(MemberWatch other, bool isLinked, MonotonicTime now)
    {
        var node = other.Member.Node;
        if (self.Value < node.Value || _dialedBack.Contains(node))
            return true;
        if (isLinked)
            return false;
        var at = other.Since + settings.DialBackAfter;
        if (now >= at)
            return _dialedBack.Add(node);
        Deadline = MonotonicTime.Min(Deadline, at);
        return false;
    }

    private void Change(SortedSet<string> wanted, IOutbox<MembershipOutput> outbox)
    {
        foreach (var endpoint in _kept.Except(wanted).ToArray())
        {
            _kept.Remove(endpoint);
            outbox.Put(new MembershipOutput.Disconnect(endpoint));
        }
        foreach (var endpoint in wanted)
            if (_kept.Add(endpoint))
                outbox.Put(new MembershipOutput.Connect(endpoint));
    }
}
