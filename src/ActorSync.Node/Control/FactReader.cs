using System.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Node.Control;

/// <summary>Facts and the weave as the control socket tells them: item by item, however many there are.</summary>
internal static class FactReader
{
    public static IAsyncEnumerable<FactEntry> Read(Facts facts, FactQuery query)
    {
        var prefix = Encoding.UTF8.GetBytes(query.Prefix);
        var found = query.Name is { } name ? facts.Query(name, prefix) : facts.All().Where(fact => fact.Key.Span.StartsWith(prefix));
        return found.Select(fact => new FactEntry(fact.Name, fact.Key.ToArray(), fact.Value.ToArray())).ToAsyncEnumerable();
    }

    public static IAsyncEnumerable<WeaveEntry> Read(GraphWeave weave) => weave.Read()
        .Select((command, place) => new WeaveEntry(place, command.Id.ToString(), command.Address.MaxCut, command.Priority.ToString(), command.Payload.Length, command.Payload.ToArray()))
        .ToAsyncEnumerable();
}
