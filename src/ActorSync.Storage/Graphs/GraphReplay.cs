using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>Adds the commands of one record to an index, as opening and verifying a graph both do.</summary>
internal static class GraphReplay
{
    /// <summary>
    /// Hashes and adds the commands, and hands over the offset of each in the body. Says what is wrong with them, or null.
    /// </summary>
    public static string? Add(GraphIndex index, GraphId graph, byte type, ReadOnlyMemory<byte> body, ICommandIdentity? identity, Action<int> added)
    {
        if (type != CommandBatch.RecordType)
            return $"a record of the unknown type {type}";
        if (!CommandBatch.TryCount(body.Span, out var count, out var at) || count == 0)
            return "a batch without commands";
        for (var i = 0; i < count; i++)
        {
            var offset = at;
            if (!CommandBatch.TryNext(body, ref at, out var bytes))
                return $"a batch of {count} commands ends after {i}";
            if (!Command.Parse(bytes, identity).TryGet(out var command, out var error))
                return error.Message;
            if (index.Count == 0 && command.Id != graph.Init)
                return $"its first command is {command.Id}, which is not the init command of the graph {graph}";
            if (!index.Add(command).TryGet(out _, out error))
                return error.Message;
            added(offset);
        }
        return at == body.Length ? null : "bytes behind the last command of a batch";
    }
}
