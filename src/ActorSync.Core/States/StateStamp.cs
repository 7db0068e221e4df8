using System.Globalization;
using ActorSync.Peers;

namespace ActorSync.States;

/// <summary>
/// When an entry was written, so that of two the later wins everywhere: by time, then by the counter of writes within
/// that millisecond, then by the node. An entry that came without counter and node has zeros there.
/// </summary>
/// <param name="Milliseconds">Since 1970 in UTC, by the hybrid clock of the node that wrote it.</param>
/// <param name="Counter">Tells apart what was written in one millisecond.</param>
/// <param name="Node">Who wrote it.</param>
public readonly record struct StateStamp(long Milliseconds, uint Counter, NodeId Node) : IComparable<StateStamp>
{
    public int CompareTo(StateStamp other)
    {
        var order = Milliseconds.CompareTo(other.Milliseconds);
        if (order == 0)
            order = Counter.CompareTo(other.Counter);
        return order != 0 ? order : Node.Value.CompareTo(other.Node.Value);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Milliseconds}.{Counter}@{Node}");

    public static bool operator <(StateStamp left, StateStamp right) => left.CompareTo(right) < 0;

    public static bool operator >(StateStamp left, StateStamp right) => left.CompareTo(right) > 0;

    public static bool operator <=(StateStamp left, StateStamp right) => left.CompareTo(right) <= 0;

    public static bool operator >=(StateStamp left, StateStamp right) => left.CompareTo(right) >= 0;
}
