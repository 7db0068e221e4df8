using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorSync.Node.Control;
using ActorSync.Node.Output;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync status</c>: what a node holds and does.</summary>
internal static class StatusCommand
{
    private static readonly string[] NodeColumns = ["running", "node", "version", "engine", "listen", "uptime", "subscriptions"];
    private static readonly string[] MeshColumns = ["mesh", "joined", "members", "reachable", "placement", "placing-otherwise"];
    private static readonly string[] SourceColumns = ["source", "provider", "peers", "changes", "failures", "error"];
    private static readonly string[] PeerColumns = ["peer", "endpoint", "dialed", "state", "bytes-in", "bytes-out", "polls", "pushes", "subscription", "last-error"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("status", "Show what a node holds and does.") { json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await control.StatusAsync(stop)).TryGet(out var status, out var error))
                return error;
            if (parse.GetValue(json))
                context.Output.Line(Json(status, control.Running));
            else if (context.Output.OutIsTerminal)
                StatusText.Lines(status, control.Running, context.Output.Id).ForEach(context.Output.Line);
            else
                Print(context.Output, status, control.Running);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    // Whether a node runs is known to the one who asks: a node that answers says it by answering.
    private static string Json(NodeStatus status, bool running)
    {
        var whole = JsonSerializer.SerializeToNode(status, ControlJson.Page.NodeStatus)!.AsObject();
        whole.Insert(0, "running", JsonValue.Create(running, ControlJson.Page.Boolean));
        return whole.ToJsonString(ControlJson.Page.Options);
    }

    /// <summary>Tables, or plain lines of name=value for programs: the same figures as in the other forms.</summary>
    internal static void Print(CommandOutput output, NodeStatus status, bool running)
    {
        output.Table(NodeColumns,
        [
            [
                running ? "yes" : "no", output.Id(status.Node), status.Version, status.Engine, status.Listen ?? "off",
                TimeSpan.FromSeconds(Math.Floor(status.UptimeSeconds)).ToString("c", CultureInfo.InvariantCulture),
                $"{status.OpenSubscriptions}/{status.MaximumSubscriptions}",
            ],
        ]);
        if (status.Store?.Describe() is { } recovered)
            output.Table(["recovered"], [[recovered]]);
        if (status.Store is { Risk: { } risk } store)
            output.Table(["fsync", "risk"], [[store.Fsync, risk]]);
        if (status.Mesh is { } mesh)
            Print(output, mesh);
        GraphLsCommand.Print(output, status.Graphs);
        if (status.States is { Count: > 0 } states)
            output.Table(StateStatusCommand.Columns, states.Select(StateStatusCommand.Row));
        if (status.Http is { Count: > 0 } endpoints)
            output.Table(["http", "serves", "address", "connections", "turned-away"], endpoints.Select(Row));
        if (status.Peers.Count > 0)
            output.Table(PeerColumns, status.Peers.Select(peer => Row(output, peer)));
        if (status.PeerSources is { Count: > 0 } sources)
            output.Table(SourceColumns, sources.Select(Row));
        if (status.Errors.Count > 0)
            output.Table(["error", "count"], status.Errors.OrderBy(error => error.Key, StringComparer.Ordinal).Select(error => (IReadOnlyList<string>)[error.Key, error.Value.ToString(CultureInfo.InvariantCulture)]));
    }

    private static void Print(CommandOutput output, MeshStatus mesh)
    {
        output.Table(MeshColumns,
        [
            [
                output.Id(mesh.Digest), mesh.IsJoined ? "yes" : "no", Count(mesh.Members.Count), Count(mesh.Members.Count(member => member.Reach == "reachable")),
                mesh.Placement, Count(mesh.PlacingOtherwise().Count()),
            ],
        ]);
        if (!mesh.IsJoined && mesh.Join.Count > 0)
            output.Table(["join", "state", "last-error"], mesh.Join.Select(seed => (IReadOnlyList<string>)[seed.Endpoint, seed.State, seed.State == "connected" ? "none" : seed.LastError ?? "none"]));
    }

    private static IReadOnlyList<string> Row(HttpEndpointStatus http) =>
        [http.State, http.Serves, http.Address.Authority, $"{http.Connections}/{http.MaximumConnections}", Count(http.Refused)];

    private static IReadOnlyList<string> Row(PeerSourceStatus source) =>
        [source.Purpose, source.Provider, Count(source.Peers.Count), Count(source.Changes), Count(source.Failures), source.Error ?? "none"];

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> Row(CommandOutput output, PeerStatus peer) =>
    [
        peer.Node is { } node ? output.Id(node) : "not met",
        peer.Endpoint,
        peer.Dialed.Count == 0 ? "none" : string.Join(',', peer.Dialed),
        peer.State,
        peer.BytesIn.ToString(CultureInfo.InvariantCulture),
        peer.BytesOut.ToString(CultureInfo.InvariantCulture),
        $"{peer.PollsIn}/{peer.PollsOut}",
        $"{peer.PushesIn}/{peer.PushesOut}",
        string.Join("; ", new[] { Describe("here", peer.Subscriber), Describe("there", peer.Subscription), Describe("hello here", peer.HelloSubscriber), Describe("hello there", peer.Hello) }.OfType<string>()) is { Length: > 0 } some ? some : "none",
        peer.State == "connected" ? "none" : peer.LastError ?? "none",
    ];

    private static string? Describe(string where, SubscriptionStatus? subscription) =>
        subscription is null ? null : $"{where}: {StatusText.Count(subscription.Graphs.Count, "graph")}, {subscription.SecondsLeft} s, {subscription.BytesLeft} bytes left";

    private static string? Describe(string where, HelloStatus? hello) =>
        hello is null ? null : $"{where}: {StatusText.Count(hello.Graphs.Count, "graph")}, {hello.SecondsLeft} s left";
}
