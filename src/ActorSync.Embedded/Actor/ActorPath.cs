namespace Akka.Actor;

/// <summary>
/// Where an actor stands in the tree of its system, printed as <c>akka://name/user/parent/child</c>. Two paths are
/// equal when their elements are; the <see cref="Uid"/> tells successive actors of one name apart.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>
{
    private const string ValidSymbols = "\"-_.*$+:@&=,!~';()";
    private readonly int _hash;

    private protected ActorPath(ActorPath parent, string name, long uid)
    {
        Parent = parent ?? this;
        Name = name;
        Uid = uid;
        _hash = HashCode.Combine(parent?._hash, name);
    }

    public string Name { get; }

    /// <summary>The path above; the root is its own parent.</summary>
    public ActorPath Parent { get; }

    /// <summary>Which incarnation of the name this is; 0 when not known.</summary>
    public long Uid { get; }

    public static ActorPath operator /(ActorPath path, string name) => new ChildActorPath(path, name, 0);

    public static bool operator ==(ActorPath left, ActorPath right) => left?.Equals(right) ?? right is null;

    public static bool operator !=(ActorPath left, ActorPath right) => !(left == right);

    public bool Equals(ActorPath other)
    {
        if (other is null || _hash != other._hash)
            return false;
        var (mine, theirs) = (this, other);
        while (!ReferenceEquals(mine, theirs))
        {
            if (mine is RootActorPath || theirs is RootActorPath)
                return mine is RootActorPath && theirs is RootActorPath && mine.ToString() == theirs.ToString();
            if (mine.Name != theirs.Name)
                return false;
            (mine, theirs) = (mine.Parent, theirs.Parent);
        }
        return true;
    }

    public override bool Equals(object obj) => Equals(obj as ActorPath);

    public override int GetHashCode() => _hash;

    /// <summary>Says whether a user may give this name to an actor: not empty, not starting with <c>$</c>, ASCII letters, digits and symbols.</summary>
    internal static bool IsValidPathElement(string s) =>
        !string.IsNullOrEmpty(s) && s[0] != '$' && s.All(c => char.IsAsciiLetterOrDigit(c) || ValidSymbols.Contains(c, StringComparison.Ordinal));
}

/// <summary>The top of a system's tree.</summary>
internal sealed class RootActorPath(string system, string name = "") : ActorPath(null, name, 0)
{
    public override string ToString() => $"akka://{system}/{Name}";
}

/// <summary>A path below another.</summary>
internal sealed class ChildActorPath(ActorPath parent, string name, long uid) : ActorPath(parent, name, uid)
{
    public override string ToString() => Parent is RootActorPath ? $"{Parent}{Name}" : $"{Parent}/{Name}";
}
