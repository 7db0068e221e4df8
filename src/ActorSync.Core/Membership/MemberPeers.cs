using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorSync.Peers.Providers;

namespace ActorSync.Membership;

/// <summary>The other members of a mesh, or of a cluster, each at the first endpoint that it announced; those that only dial are nowhere.</summary>
/// <param name="membership">Who the members are.</param>
/// <param name="withPorts">Whether the ports that they announced for their links are wanted; else whoever uses it has one of its own.</param>
/// <param name="name">What they are members of, as a configuration names it.</param>
public sealed class MemberPeers(IMembership membership, bool withPorts, string name = "mesh") : IPeerProvider
{
    public string Name => name;

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        // One signal stands for any number of changes: the latest view is looked at.
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var following = membership.Follow(_ => changes.Writer.TryWrite(true));
        changes.Writer.TryWrite(true);
        var views = new PeerViews();
        while (await changes.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            changes.Reader.TryRead(out _);
            if (views.Found(Others(membership.View)) is { } changed)
                yield return changed;
        }
    }

    private Result<PeerSet> Others(MembershipView view)
    {
        var peers = new List<PeerEndpoint>();
        foreach (var member in view.Members.Where(member => member.Node != view.Self && member.Endpoints.Count > 0))
        {
            var text = member.Endpoints[0];
            var start = text.IndexOf("://", StringComparison.Ordinal);
            if (!PeerEndpoint.Parse(start < 0 ? text : text[(start + 3)..]).TryGet(out var peer, out var error))
                return error with { Message = $"the member {member}: {error.Message}" };
            peers.Add(peer with { Node = member.Node, Port = withPorts ? peer.Port : null });
        }
        return PeerSet.Of(peers);
    }
}
