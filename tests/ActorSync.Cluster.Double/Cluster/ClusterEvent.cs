namespace Akka.Cluster;

/// <summary>What subscribers hear of. A change of a member is told by what the member has become.</summary>
public class ClusterEvent
{
    private ClusterEvent() { }

    public enum SubscriptionInitialStateMode { InitialStateAsEvents = 1 }

    public interface IMemberEvent
    {
        Member Member { get; }
    }

    internal sealed record MemberChanged(Member Member) : IMemberEvent;

    public abstract class ReachabilityEvent(Member member)
    {
        public Member Member => member;
    }

    public sealed class UnreachableMember(Member member) : ReachabilityEvent(member);
    public sealed class ReachableMember(Member member) : ReachabilityEvent(member);

    public sealed class CurrentClusterState
    {
        internal CurrentClusterState(IEnumerable<Member> members) => Members = [.. members];

        public ImmutableSortedSet<Member> Members { get; }
    }
}
