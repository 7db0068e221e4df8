using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>Pages through a graph's commands, newest first: in the order of arrival backwards.</summary>
internal static class GraphLog
{
    /// <summary>Commands in one page.</summary>
    public const int MaximumEntries = 1000;

    /// <summary>Bytes of payloads after which a page ends; the command that reaches it is still in it.</summary>
    public const long MaximumBytes = 4 << 20;

    public static Result<LogPage> Page(GraphSnapshot snapshot, int? before, int limit)
    {
        if (limit is < 1 or > MaximumEntries)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the limit of a page is 1 to {MaximumEntries} commands, not {limit}");
        if (before < 0)
            return new SyncError(SyncErrorKind.InvalidRequest, $"a page ends before an ordinal from 0, not before {before}");
        var entries = new List<LogEntry>();
        var bytes = 0L;
        var next = Math.Min(before ?? snapshot.Count, snapshot.Count);
        while (next > 0 && entries.Count < limit && bytes < MaximumBytes)
        {
            var command = snapshot.Read(--next);
            entries.Add(Describe(next, command));
            bytes += command.Payload.Length;
        }
        return new LogPage(snapshot.Graph.ToString(), snapshot.Count, entries, next > 0 ? next : null);
    }

    private static LogEntry Describe(int ordinal, Command command) => new(
        ordinal,
        command.Id.ToString(),
        command.Address.MaxCut,
        command.Priority.ToString(),
        Priors(command.Prior),
        command.Payload.Length,
        command.Bytes.Length,
        command.Payload.ToArray());

    private static AddressRecord[] Priors(Prior prior) => prior.Kind switch
    {
        PriorKind.None => [],
        PriorKind.Single => [Describe(prior.Left)],
        _ => [Describe(prior.Left), Describe(prior.Right)],
    };

    private static AddressRecord Describe(Address address) => new(address.Id.ToString(), address.MaxCut);
}
