namespace ActorSync.Peers.Providers.Dns;

/// <summary>
/// The order of a service's records (RFC 2782): the lowest priority first, within one the greatest weight. A node wants
/// all of its peers, not one server of several; so nothing is drawn by lot, and the order only says who stays when there
/// are more than a node asks for.
/// </summary>
public static class SrvOrder
{
    /// <summary>Hosts of one service that are looked up.</summary>
    public const int MaximumHosts = 256;

    /// <summary>The first of them; none when the service says that there is none: a single record whose host is the root.</summary>
    public static IReadOnlyList<DnsRecord> Of(IEnumerable<DnsRecord> records) =>
    [
        .. records
            .Where(record => record.Host.Length > 0 && record.Port > 0)
            .OrderBy(record => record.Priority).ThenByDescending(record => record.Weight).ThenBy(record => record.Host, StringComparer.Ordinal).ThenBy(record => record.Port)
            .Take(MaximumHosts),
    ];
}
