using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync;

// The mesh that it is a member of.
public sealed partial class SyncNode
{
    public IMembership? Membership => _mesh?.Board;

    private async Task<MeshStatus?> MeshAsync(CancellationToken cancellation)
    {
        if (_mesh is null)
            return null;
        var holdings = await AskAsync<MeshActor.Holdings>(_mesh.Graphs, MeshActor.GetHoldings.Instance, cancellation, StatusTimeout);
        var shards = _mesh.IsCluster ? await AskAsync<MembershipActor.Shards>(_mesh.Membership, MembershipActor.GetShards.Instance, cancellation, StatusTimeout) : default;
        return MeshStatus.Of(_mesh.Board.View, holdings.Error is null ? holdings.Value.Graphs : [], _mesh.IsCluster && shards.Error is null ? shards.Value.Counts : null);
    }

    public async Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default)
    {
        if (_mesh is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh");
        var answer = await AskAsync<MembershipActor.Removing>(_mesh.Membership, new MembershipActor.Remove(member), cancellation);
        return answer.TryGet(out var removing, out var error) ? removing.Error : error;
    }
}
