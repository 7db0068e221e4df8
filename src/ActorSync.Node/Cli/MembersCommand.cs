using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync members</c>: who is in the running node's mesh, and who is to go.</summary>
internal static class MembersCommand
{
    private static readonly string[] Columns = ["member", "self", "reach", "endpoints", "roles", "incarnation", "placement"];
    private static readonly string[] ClusterColumns = ["shards"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("members", "Show the members of the running node's mesh, as it sees them.") { json, Remove(context, options) };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await control.StatusAsync(stop)).TryGet(out var status, out var error))
                return error;
            if (status.Mesh is not { } mesh)
                return new SyncError(SyncErrorKind.InvalidRequest, "the node is in no mesh and no cluster: start it with --mesh, or with --join HOST:PORT");
            if (parse.GetValue(json))
                context.Output.Json(mesh, ControlJson.Page.MeshStatus);
            else
                Print(context, mesh);
            foreach (var other in mesh.PlacingOtherwise())
                context.Output.Fail($"the member {context.Output.Id(other.Node)} places graphs by {other.Placement}, and this node by {mesh.Placement}: set actorsync.mesh alike on all members");
            return mesh.WhyNotJoined() is { } why ? new SyncError(SyncErrorKind.Unreachable, why) : ExitCodes.Ok;
        }, stop));
        return command;
    }

    private static void Print(CliContext context, MeshStatus mesh)
    {
        var inCluster = mesh.Members.Any(member => member.Shards is not null);
        context.Output.Table([.. Columns, .. inCluster ? ClusterColumns : []], mesh.Members.Select(member => (IReadOnlyList<string>)
            [.. Row(context, member), .. inCluster ? [member.Shards?.ToString(CultureInfo.InvariantCulture) ?? "unknown"] : Array.Empty<string>()]));
    }

    private static Command Remove(CliContext context, CommonOptions options)
    {
        var member = new Argument<string>("MEMBER") { Description = "The first digits of its name, at least four." };
        var command = new Command("remove", "Take a member that will not come back out of the mesh; one that is alive comes back by itself.") { member };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
            (await control.RemoveMemberAsync(new MemberRequest(parse.GetRequiredValue(member)), stop)).Error is { } error ? error : ExitCodes.Ok, stop));
        return command;
    }

    private static IReadOnlyList<string> Row(CliContext context, MemberStatus member) =>
    [
        context.Output.Id(member.Node),
        member.IsSelf ? "yes" : "no",
        member.Reach,
        member.Endpoints.Count == 0 ? "none" : string.Join(',', member.Endpoints),
        member.Roles.Count == 0 ? "none" : string.Join(',', member.Roles),
        member.Incarnation.ToString(CultureInfo.InvariantCulture),
        member.Placement.Length == 0 ? "unknown" : member.Placement,
    ];
}
