using System.CommandLine;
using System.Globalization;
using ActorSync.Node.Control;
using ActorSync.States.Exchange;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync state status</c>: how the shared states stand, here and with each peer.</summary>
internal static class StateStatusCommand
{
    /// <summary>What is told of a state.</summary>
    public static readonly string[] Columns = ["state", "entries", "tombstones", "bytes", "version", "level", "sets", "pushes", "pulls", "failures"];

    private static readonly string[] PeerColumns = ["state", "peer", "via", "level", "level-ago", "pushes", "pulls", "failures", "failing", "refused", "last-error"];

    private static readonly string[] RefusedColumns = ["state", "peer", "refused-key", "why"];

    public static Command Create(CliContext context, CommonOptions options)
    {
        var json = CommonOptions.Json();
        var command = new Command("status", "Show how the shared states stand, and whether each peer is known to be level.") { json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await control.StatusAsync(stop)).TryGet(out var status, out var error))
                return error;
            var states = status.States ?? [];
            if (parse.GetValue(json))
            {
                context.Output.Json(states, ControlJson.Page.IReadOnlyListStateStatus);
                return ExitCodes.Ok;
            }
            context.Output.Table(Columns, states.Select(Row));
            var peers = states.SelectMany(state => state.Peers.Select(peer => Row(state, peer))).ToArray();
            if (peers.Length > 0)
                context.Output.Table(PeerColumns, peers);
            var refused = states.SelectMany(state => state.Peers.SelectMany(peer => peer.RefusedEntries.Select(entry => Row(state, peer, entry)))).ToArray();
            if (refused.Length > 0)
                context.Output.Table(RefusedColumns, refused);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    /// <summary>The row of a state; pushes and pulls are those made and, behind the slash, those that came.</summary>
    public static IReadOnlyList<string> Row(StateStatus state) => state.Error is { } error
        ? [state.State, "none", "none", "none", "none", error, "0", "0/0", "0/0", "0"]
        :
        [
            state.State, Text(state.Entries), Text(state.Tombstones), Text(state.Bytes), state.Version.Length == 0 ? "empty" : state.Version,
            $"{state.Peers.Count(peer => peer.IsLevel)}/{state.Peers.Count}",
            Text(state.Totals.Sets), $"{state.Totals.PushesSent}/{state.Totals.PushesReceived}", $"{state.Totals.PullsMade}/{state.Totals.PullsAnswered}", Text(state.Totals.Failures),
        ];

    private static IReadOnlyList<string> Row(StateStatus state, StatePeerStatus peer) =>
    [
        state.State, peer.Peer, peer.IsHttp ? "http" : "link", peer.IsLevel ? "yes" : "not known",
        peer.LevelSecondsAgo is { } ago ? string.Create(CultureInfo.InvariantCulture, $"{ago:f0} s") : "never",
        Text(peer.Pushes), Text(peer.Pulls), Text(peer.Failures), peer.IsFailing ? "yes" : "no", Text(peer.Refused),
        peer is { LastError: { } error, LastErrorSecondsAgo: { } since } ? string.Create(CultureInfo.InvariantCulture, $"{since:f0} s ago: {error}") : "none",
    ];

    private static IReadOnlyList<string> Row(StateStatus state, StatePeerStatus peer, RefusedEntry refused) => [state.State, peer.Peer, refused.Key, refused.Why];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
