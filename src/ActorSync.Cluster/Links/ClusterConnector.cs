using ActorSync.Peers;
using Akka.Actor;

namespace ActorSync.Cluster;

/// <summary>Connects to members of the cluster by their addresses ("akka.tcp://actorsync@host:port"), to others as they always are.</summary>
internal sealed class ClusterConnector(IActorRef links, ILinkConnector others) : ILinkConnector
{
    private static readonly TimeSpan Patience = ClusterLinkActor.DeadAfter + TimeSpan.FromSeconds(2);

    public ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default) =>
        endpoint.StartsWith("akka.", StringComparison.Ordinal) ? DialAsync(endpoint, identity, cancellation) : others.ConnectAsync(endpoint, identity, cancellation);

    private async ValueTask<Result<ILink>> DialAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation)
    {
        if (!ActorPath.TryParseAddress(endpoint, out _))
            return new SyncError(SyncErrorKind.InvalidRequest, $"'{endpoint}' is no address of a node");
        try
        {
            return await links.Ask<Result<ILink>>(new ClusterLinksActor.Dial(endpoint, identity), Patience, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{endpoint} does not answer");
        }
    }
}
