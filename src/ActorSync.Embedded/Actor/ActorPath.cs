namespace Akka.Actor;

/// <summary>The protocol and the name of the actor system that a path belongs to, printed as <c>akka://name</c>.</summary>
public sealed class Address : IEquatable<Address>
{
    public Address(string protocol, string system) => (Protocol, System) = (protocol, system);

    public string Protocol { get; }
    public string System { get; }

    public bool Equals(Address other) => other is not null && Protocol == other.Protocol && System == other.System;
    public override bool Equals(object obj) => Equals(obj as Address);
    public override int GetHashCode() => HashCode.Combine(Protocol, System);
    public override string ToString() => $"{Protocol}://{System}";
}

/// <summary>
/// Where an actor stands in the tree of its system, printed as <c>akka://name/user/parent/child</c>. Two paths are
/// equal when their elements are; the <see cref="Uid"/> tells successive actors of one name apart.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    private const string ValidSymbols = "\"-_.*$+:@&=,!~';()";
    private readonly int _hash;

    private protected ActorPath(Address address, ActorPath parent, string name, long uid)
    {
        Address = address;
        Parent = parent ?? this;
        Name = name;
        Uid = uid;
        _hash = HashCode.Combine(parent?._hash ?? address.GetHashCode(), name);
    }

    public Address Address { get; }
    public string Name { get; }

    /// <summary>The path above; the root is its own parent.</summary>
    public ActorPath Parent { get; }

    /// <summary>Which incarnation of the name this is; 0 when not known.</summary>
    public long Uid { get; }

    public ActorPath Root => IsRoot ? this : Parent.Root;

    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new List<string>();
            for (var path = this; !path.IsRoot; path = path.Parent)
                elements.Add(path.Name);
            elements.Reverse();
            return elements;
        }
    }

    private bool IsRoot => ReferenceEquals(Parent, this);

    public ActorPath Child(string childName) => this / childName;

    public ActorPath WithUid(long uid) => IsRoot ? this : new ChildActorPath(Parent, Name, uid);

    public static ActorPath operator /(ActorPath path, string name) => new ChildActorPath(path, name, 0);

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name) => name.Aggregate(path, (parent, element) => parent / element);

    public static bool operator ==(ActorPath left, ActorPath right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(ActorPath left, ActorPath right) => !(left == right);

    public bool Equals(ActorPath other)
    {
        if (other is null || _hash != other._hash)
            return false;
        var (mine, theirs) = (this, other);
        while (!ReferenceEquals(mine, theirs))
        {
            if (mine.IsRoot || theirs.IsRoot)
                return mine.IsRoot && theirs.IsRoot && mine.Address.Equals(theirs.Address);
            if (mine.Name != theirs.Name)
                return false;
            (mine, theirs) = (mine.Parent, theirs.Parent);
        }
        return true;
    }

    public override bool Equals(object obj) => Equals(obj as ActorPath);

    public override int GetHashCode() => _hash;

    public int CompareTo(ActorPath other) => other is null ? 1 : string.CompareOrdinal(ToString(), other.ToString());

    public override string ToString() => ToStringWithAddress();

    public string ToStringWithAddress() => Address + ToStringWithoutAddress();

    public string ToStringWithoutAddress() => "/" + string.Join('/', Elements);

    public string ToStringWithUid() => Uid == 0 ? ToString() : $"{this}#{Uid}";

    public string ToSerializationFormat() => ToStringWithUid();

    /// <summary>Says whether a user may give this name to an actor: not empty, not starting with <c>$</c>, ASCII letters, digits and symbols.</summary>
    public static bool IsValidPathElement(string s) =>
        !string.IsNullOrEmpty(s) && s[0] != '$' && s.All(c => char.IsAsciiLetterOrDigit(c) || ValidSymbols.Contains(c, StringComparison.Ordinal));
}

/// <summary>The top of a system's tree.</summary>
public sealed class RootActorPath : ActorPath
{
    public RootActorPath(Address address, string name = "") : base(address, null, name, 0) { }
}

/// <summary>A path below another.</summary>
public sealed class ChildActorPath : ActorPath
{
    public ChildActorPath(ActorPath parentPath, string name, long uid) : base(parentPath.Address, parentPath, name, uid) { }
}
