using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>
/// Lists as an operator means them. Akka's HOCON reads <c>[ ]</c>, with a blank or a line's end in it, as a list of one
/// element without anything, and a comma too many likewise: such an element is none.
/// </summary>
internal static class HoconLists
{
    /// <summary>The elements that hold something; empty where the value is no list.</summary>
    public static IReadOnlyList<HoconValue> Elements(this HoconValue list) =>
        [.. list.GetArray().Where(element => !element.IsEmpty || element.IsObject())];

    /// <summary>The elements as texts; null for one that is none.</summary>
    public static IReadOnlyList<string?> Texts(this HoconValue list) => [.. list.Elements().Select(element => element.GetString())];
}
