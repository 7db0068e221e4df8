using System.Collections.Immutable;
using Akka.Event;

namespace Akka.Cluster;

/// <summary>What subscribers hear of.</summary>
public class ClusterEvent
{
    private ClusterEvent() { }

    public enum SubscriptionInitialStateMode
    {
        InitialStateAsSnapshot,
        InitialStateAsEvents,
    }

    public interface IClusterDomainEvent : IDeadLetterSuppression;

    public interface IMemberEvent : IClusterDomainEvent
    {
        Member Member { get; }
    }

    public abstract class MemberStatusChange : IMemberEvent
    {
        private protected MemberStatusChange(Member member) => Member = member;

        public Member Member { get; }
    }

    public sealed class MemberJoined(Member member) : MemberStatusChange(member);

    public sealed class MemberUp(Member member) : MemberStatusChange(member);

    public sealed class MemberLeft(Member member) : MemberStatusChange(member);

    public sealed class MemberExited(Member member) : MemberStatusChange(member);

    public sealed class MemberDowned(Member member) : MemberStatusChange(member);

    public sealed class MemberRemoved(Member member, MemberStatus previousStatus) : MemberStatusChange(member)
    {
        public MemberStatus PreviousStatus { get; } = previousStatus;
    }

    public abstract class ReachabilityEvent(Member member) : IClusterDomainEvent
    {
        public Member Member { get; } = member;
    }

    public sealed class UnreachableMember(Member member) : ReachabilityEvent(member);

    public sealed class ReachableMember(Member member) : ReachabilityEvent(member);

    public sealed class CurrentClusterState
    {
        internal CurrentClusterState(IEnumerable<Member> members) => Members = [.. members];

        public ImmutableSortedSet<Member> Members { get; }
    }

    internal static IMemberEvent Of(Member member, MemberStatus? before) => member.Status switch
    {
        MemberStatus.Joining => new MemberJoined(member),
        MemberStatus.Up => new MemberUp(member),
        MemberStatus.Leaving => new MemberLeft(member),
        MemberStatus.Exiting => new MemberExited(member),
        MemberStatus.Down => new MemberDowned(member),
        _ => new MemberRemoved(member, before ?? MemberStatus.Removed),
    };
}
