namespace Akka.Cluster;

public enum MemberStatus { Joining, Up, Leaving, Exiting, Down, Removed }

/// <summary>One start of a system at an address.</summary>
public sealed record UniqueAddress
{
    public UniqueAddress(Address address, int uid) => (Address, Uid) = (address, uid);

    public Address Address { get; }
    public int Uid { get; }
}

/// <summary>A member as another one sees it. Two are equal when they are the same start of the same system.</summary>
public class Member : IComparable<Member>
{
    internal Member(UniqueAddress uniqueAddress, int upNumber, MemberStatus status, ImmutableHashSet<string> roles) =>
        (UniqueAddress, UpNumber, Status, Roles) = (uniqueAddress, upNumber, status, roles);

    public UniqueAddress UniqueAddress { get; }
    public Address Address => UniqueAddress.Address;
    public MemberStatus Status { get; }
    public ImmutableHashSet<string> Roles { get; }
    internal int UpNumber { get; }
    internal bool IsIn => Status is MemberStatus.Up or MemberStatus.Leaving;

    public bool IsOlderThan(Member other) => (UpNumber, Address).CompareTo((other.UpNumber, other.Address)) < 0;
    public int CompareTo(Member other) => (Address, UniqueAddress.Uid).CompareTo((other.Address, other.UniqueAddress.Uid));
    public override bool Equals(object obj) => obj is Member other && UniqueAddress == other.UniqueAddress;
    public override int GetHashCode() => UniqueAddress.Uid;
    internal Member As(MemberStatus status, int? upNumber = null) => new(UniqueAddress, upNumber ?? UpNumber, status, Roles);
}
