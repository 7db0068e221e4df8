using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Providers.Dns;

/// <summary>
/// Asks DNS. A name that does not exist is an error (<see cref="SyncErrorKind.Unreachable"/>), as is a server that does not
/// answer; one that exists without such records has none.
/// </summary>
public interface IDnsLookup
{
    /// <summary>The addresses of a host, or where a service is; they hold as long as they say.</summary>
    Task<Result<IReadOnlyList<DnsRecord>>> AskAsync(DnsQuestion question, CancellationToken cancellation);
}
