using System.Collections.Frozen;
using ActorSync.Peers;

namespace ActorSync.Transport;

/// <summary>Connects by the scheme of the endpoint; an endpoint without one, such as "host:7400", is "tcp".</summary>
public sealed class LinkConnector(IReadOnlyDictionary<string, ILinkConnector> schemes) : ILinkConnector
{
    private readonly FrozenDictionary<string, ILinkConnector> _schemes = schemes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default)
    {
        var end = endpoint.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "tcp" : endpoint[..end];
        return _schemes.TryGetValue(scheme, out var connector)
            ? connector.ConnectAsync(endpoint, identity, cancellation)
            : ValueTask.FromResult<Result<ILink>>(new SyncError(SyncErrorKind.InvalidRequest,
                $"cannot connect to '{endpoint}': links of the kind '{scheme}' are not known here, only {string.Join(", ", _schemes.Keys.Order(StringComparer.Ordinal))}"));
    }
}
