using ActorSync.Actors;
using ActorSync.Membership;
using ActorSync.Peers;

namespace ActorSync;

// The mesh that it is a member of.
public sealed partial class SyncNode
{
    public IMembership? Membership => _mesh?.Board;

    private async Task<MeshStatus?> MeshAsync(CancellationToken cancellation) => _mesh is null ? null : MeshStatus.Of(
        _mesh.Board.View,
        (await AskAsync<MeshActor.Holdings>(_mesh.Graphs, MeshActor.GetHoldings.Instance, cancellation, StatusTimeout)).TryGet(out var holdings, out _) ? holdings.Graphs : []);

    public async Task<SyncError?> RemoveMemberAsync(NodeId member, CancellationToken cancellation = default)
    {
        if (_mesh is null)
            return new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh");
        var answer = await AskAsync<MembershipActor.Removing>(_mesh.Membership, new MembershipActor.Remove(member), cancellation);
        return answer.TryGet(out var removing, out var error) ? removing.Error : error;
    }
}
