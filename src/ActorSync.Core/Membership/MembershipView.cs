using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ActorSync.Peers;

namespace ActorSync.Membership;

/// <summary>
/// Stands for who the members are: the first 16 bytes of the SHA-256 over each member's node id (16 bytes, highest first),
/// incarnation (8 bytes, highest first) and roles (UTF-8, each ended by a zero byte, the last followed by one more), in
/// the order of the node ids. Nodes with equal digests place every graph alike.
/// </summary>
public readonly record struct MembershipDigest(UInt128 Value)
{
    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}

/// <summary>
/// The members at one moment, this node among them once it has joined. Immutable. The digest stands for all that placement
/// depends on; how each is reached is this node's own view and not in it.
/// </summary>
public sealed class MembershipView
{
    private readonly Member[] _members;

    public MembershipView(NodeId self, IEnumerable<Member> members)
    {
        Self = self;
        _members = [.. members.OrderBy(member => member.Node.Value)];
        Digest = DigestOf(_members);
    }

    /// <summary>Whose view it is.</summary>
    public NodeId Self { get; }

    /// <summary>In the order of their node ids.</summary>
    public IReadOnlyList<Member> Members => _members;

    public MembershipDigest Digest { get; }

    /// <summary>The member of that name; null when there is none.</summary>
    public Member? Find(NodeId node)
    {
        var (low, high) = (0, _members.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_members[middle].Node.Value < node.Value)
                low = middle + 1;
            else
                high = middle;
        }
        return low < _members.Length && _members[low].Node == node ? _members[low] : null;
    }

    /// <summary>Whether it is a member that this node hears, or this node itself.</summary>
    public bool Reaches(NodeId node) => Find(node) is { } member && (node == Self || member.Reach == MemberReach.Reachable);

    public override string ToString() => $"{_members.Length} members, {Digest}";

    private static MembershipDigest DigestOf(Member[] members)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[24];
        ReadOnlySpan<byte> zero = [0];
        foreach (var member in members)
        {
            BinaryPrimitives.WriteUInt128BigEndian(head, member.Node.Value);
            BinaryPrimitives.WriteInt64BigEndian(head[16..], member.Incarnation);
            hash.AppendData(head);
            foreach (var role in member.Roles)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(role));
                hash.AppendData(zero);
            }
            hash.AppendData(zero);
        }
        return new MembershipDigest(BinaryPrimitives.ReadUInt128BigEndian(hash.GetHashAndReset()));
    }
}
