using ActorSync.Node.Configuration;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>
/// Where other nodes exchange a state, ActorSync or not:
/// <code>
/// GET /VERSION   204 when that is the version here; else, and without a version, 200 with all entries, in gzip for who takes that
/// PUT /          takes a map of entries, all or none: 204; 422, 413
/// else           404
/// </code>
/// A node says who it is and what version it has; one that does not is served all the same.
/// </summary>
internal sealed class ExchangeEndpoint(NodeId self, ISharedState state, StateSettings settings, StateHttpLimits limits, HttpPeers peers)
{
    /// <summary>The header that says which node speaks.</summary>
    public const string NodeHeader = "ActorSync-Node";

    /// <summary>The header that says which version it has.</summary>
    public const string VersionHeader = "ActorSync-Version";

    public Task<HttpFailure?> HandleAsync(HttpContext context, CancellationToken cancellation)
    {
        context.Response.Headers[NodeHeader] = self.ToString();
        return context.Request.Method switch
        {
            "GET" => GetAsync(context, cancellation),
            "PUT" when context.Request.Path == "/" => PutAsync(context, cancellation),
            _ => Task.FromResult<HttpFailure?>(HttpBodies.Nothing(context)),
        };
    }

    private async Task<HttpFailure?> GetAsync(HttpContext context, CancellationToken cancellation)
    {
        // What is no version here is one that differs.
        StateVersion? theirs = HttpBodies.Name(context).TryGet(out var name, out _) && StateVersion.TryParse(name, out var version) && !version.IsEmpty ? version : null;
        if (!(await state.Exchange.ReadAsync(theirs, cancellation)).TryGet(out var content, out var error))
            return HttpBodies.Failure(context, error);
        context.Response.Headers[VersionHeader] = content.Version.ToString();
        if (theirs == content.Version)
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        else
            state.Exchange.Count(0, await MapStream.WriteSmallAsync(context, content.Entries, EntryJson.WriteWhole, cancellation));
        return null;
    }

    private async Task<HttpFailure?> PutAsync(HttpContext context, CancellationToken cancellation)
    {
        var (body, failure) = await HttpBodies.ReadAsync(context, limits, cancellation);
        if (failure is not null)
            return failure;
        state.Exchange.Count(body.Length, 0);
        if (!EntryJsonReader.ReadEntries(body, settings.TombstoneTtl).TryGet(out var entries, out var error) ||
            (await state.Exchange.TakeAsync(peers.SourceOf(context), entries, cancellation)).Error is { } refused && (error = refused) is not null)
        {
            return HttpBodies.Failure(context, error!);
        }
        context.Response.Headers[VersionHeader] = (await state.StatusAsync(cancellation)).Version;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return null;
    }
}
