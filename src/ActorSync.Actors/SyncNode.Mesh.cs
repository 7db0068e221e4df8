using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync;

// The mesh that it is a member of.
public sealed partial class SyncNode
{
    public IMembership? Membership => _mesh?.Board;

    private async Task<MeshStatus?> MeshAsync(IReadOnlyList<PeerStatus> peers, CancellationToken cancellation)
    {
        if (_mesh is null)
            return null;
        var joined = await AskAsync<MembershipActor.Joined>(_mesh.Membership, MembershipActor.GetJoined.Instance, cancellation, StatusTimeout);
        var holdings = await AskAsync<MeshActor.Holdings>(_mesh.Graphs, MeshActor.GetHoldings.Instance, cancellation, StatusTimeout);
        var shards = _mesh.IsCluster ? await AskAsync<MembershipActor.Shards>(_mesh.Membership, MembershipActor.GetShards.Instance, cancellation, StatusTimeout) : default;
        return MeshStatus.Of(_mesh.Board.View, holdings.TryGet(out var held, out _) ? held.Graphs : [], _mesh.IsCluster && shards.Error is null ? shards.Value.Counts : null) with
        {
            IsJoined = joined is { Error: null, Value.IsSo: true },
            Placement = _mesh.Options.Placement.Announced,
            Join = [.. _mesh.Options.Join.Select(seed => SeedOf(seed, peers))],
        };
    }

    private static SeedStatus SeedOf(string seed, IReadOnlyList<PeerStatus> peers) => peers.FirstOrDefault(peer => peer.Dialed.Contains(seed)) is { } dialed
        ? new SeedStatus(seed, dialed.State, dialed.LastError)
        : new SeedStatus(seed, "waiting", null);

    public async Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default)
    {
        if (_mesh is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh");
        var answer = await AskAsync<MembershipActor.Removing>(_mesh.Membership, new MembershipActor.Remove(member), cancellation, 2 * _sync.Settings.GraphTimeout);
        return answer.TryGet(out var removing, out var error) ? removing.Error : error;
    }
}
