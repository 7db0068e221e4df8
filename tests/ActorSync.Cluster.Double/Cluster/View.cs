namespace Akka.Cluster.Double;

/// <summary>
/// The members as one of them sees them, those that were removed among them, and whom it does not reach. Of each member the
/// state that has come furthest counts, so that all who read each other's views come to the same.
/// </summary>
internal sealed record View(ImmutableDictionary<UniqueAddress, Member> Members, ImmutableHashSet<UniqueAddress> Unreachable)
{
    // Two states of one member are equal as members, and not the same here.
    public static readonly View Empty = new(ImmutableDictionary.Create<UniqueAddress, Member>(null, ReferenceEqualityComparer.Instance), []);

    public IEnumerable<Member> Living => Members.Values.Where(member => member.Status != MemberStatus.Removed);
    public IEnumerable<Member> Lost => Living.Where(member => Unreachable.Contains(member.UniqueAddress) && member.Status != MemberStatus.Down);
    public Member Find(UniqueAddress address) => Members.GetValueOrDefault(address);

    public View With(IEnumerable<Member> members) => members.Aggregate(this, (view, member) =>
        view.Find(member.UniqueAddress) is { } known && (known.Status, -known.UpNumber).CompareTo((member.Status, -member.UpNumber)) >= 0
            ? view
            : view with { Members = view.Members.SetItem(member.UniqueAddress, member) });
}
