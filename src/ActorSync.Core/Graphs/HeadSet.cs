using System.Collections;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace ActorSync.Graphs;

/// <summary>The heads of a graph at one moment, the commands that nothing follows yet: sorted by id, immutable.</summary>
public sealed class HeadSet : IReadOnlyList<Address>, IEquatable<HeadSet>
{
    private readonly Address[] _heads;
    private StrongBox<CommandId>? _digest;

    public HeadSet(IEnumerable<Address> heads)
    {
        _heads = [.. heads];
        Array.Sort(_heads, (x, y) => x.Id.CompareTo(y.Id));
    }

    public static readonly HeadSet Empty = new([]);

    public int Count => _heads.Length;

    /// <summary>The heads themselves, for who keeps them and never writes to them.</summary>
    internal Address[] Shared => _heads;

    public Address this[int index] => _heads[index];

    /// <summary>The SHA-256 of the ids in order: two nodes with equal digests hold the same graph.</summary>
    public CommandId Digest => (_digest ??= new StrongBox<CommandId>(Compute())).Value;

    /// <summary>The greatest max cut; -1 of no heads.</summary>
    public int MaxCut => _heads.Length == 0 ? -1 : _heads.Max(head => head.MaxCut);

    public bool Equals(HeadSet? other) => other is not null && _heads.AsSpan().SequenceEqual(other._heads);

    public override bool Equals(object? obj) => Equals(obj as HeadSet);

    public override int GetHashCode() => _heads.Length == 0 ? 0 : _heads[0].GetHashCode();

    public IEnumerator<Address> GetEnumerator() => ((IEnumerable<Address>)_heads).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', _heads);

    private CommandId Compute()
    {
        var bytes = new byte[_heads.Length * CommandId.Size];
        for (var i = 0; i < _heads.Length; i++)
            _heads[i].Id.CopyTo(bytes.AsSpan(i * CommandId.Size));
        return new CommandId(SHA256.HashData(bytes));
    }
}
