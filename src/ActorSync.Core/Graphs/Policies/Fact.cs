using System.Text;

namespace ActorSync.Graphs.Policies;

/// <summary>One fact: under a name and a key there is one value.</summary>
public readonly record struct Fact(string Name, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Value);

/// <summary>
/// A fact's place among the others: its name in UTF-8, a zero byte, its key. So facts of one name stand together, in
/// the order of their keys.
/// </summary>
internal static class FactPlace
{
    public static byte[] Of(string name, ReadOnlySpan<byte> key)
    {
        var size = Encoding.UTF8.GetByteCount(name);
        var place = new byte[size + 1 + key.Length];
        Encoding.UTF8.GetBytes(name, place);
        key.CopyTo(place.AsSpan(size + 1));
        return place;
    }

    public static Fact ToFact(byte[] place, FactValue value)
    {
        var end = Array.IndexOf(place, (byte)0);
        return new Fact(Encoding.UTF8.GetString(place, 0, end), place.AsMemory(end + 1), value.Memory);
    }
}
