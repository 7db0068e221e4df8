using System.Globalization;

namespace ActorSync.Peers;

/// <summary>The name of a node: 16 bytes drawn at random when its store is made, kept for good.</summary>
public readonly record struct NodeId(UInt128 Value)
{
    /// <summary>Bytes in the name.</summary>
    public const int Size = 16;

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>The first eight digits, for people.</summary>
    public string ToShortString() => ToString()[..8];

    public static bool TryParse(string? text, out NodeId node)
    {
        var ok = text is { Length: 2 * Size } & UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value);
        node = new NodeId(value);
        return ok;
    }
}

/// <summary>An incarnation of a node's store: what a peer was known to hold is bound to it.</summary>
public readonly record struct InstanceId(ulong Value)
{
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}

/// <summary>A node, and the incarnation of its store.</summary>
public readonly record struct PeerIdentity(NodeId Node, InstanceId Instance);
