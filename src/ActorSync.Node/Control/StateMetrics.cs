namespace ActorSync.Node.Control;

/// <summary>The shared states in the node's metrics.</summary>
internal static class StateMetrics
{
    public delegate void Family(string name, string type, string help, IEnumerable<(IReadOnlyList<(string Name, string Value)> Labels, double Value)> samples);

    public static void Write(IReadOnlyList<StateStatus> states, Family family)
    {
        Of("entries", "gauge", "Keys that have a value.", state => state.Entries);
        Of("tombstones", "gauge", "Keys that are remembered as deleted or expired.", state => state.Tombstones);
        Of("bytes", "gauge", "Bytes of all entries.", state => state.Bytes);
        Of("broken", "gauge", "1 while the state cannot be used.", state => state.Error is null ? 0 : 1);
        Of("sets_total", "counter", "Sets of applications.", state => state.Totals.Sets);
        Of("pushes_sent_total", "counter", "Pushes sent.", state => state.Totals.PushesSent);
        Of("pushes_received_total", "counter", "Pushes received.", state => state.Totals.PushesReceived);
        Of("pushes_owed", "gauge", "Peers to whom a push is under way or tried again.", state => state.OwedPushes);
        Of("pulls_made_total", "counter", "Pulls made that ended well.", state => state.Totals.PullsMade);
        Of("pulls_level_total", "counter", "Those that found the same.", state => state.Totals.LevelPulls);
        Of("pulls_answered_total", "counter", "Pulls answered.", state => state.Totals.PullsAnswered);
        Of("failures_total", "counter", "Pushes and pulls that failed, and entries refused.", state => state.Totals.Failures);
        Of("received_bytes_total", "counter", "Bytes of payloads and bodies received.", state => state.Totals.BytesReceived + state.Peers.Where(peer => peer.IsHttp).Sum(peer => peer.BytesReceived));
        Of("sent_bytes_total", "counter", "Bytes of payloads and bodies sent.", state => state.Totals.BytesSent + state.Peers.Where(peer => peer.IsHttp).Sum(peer => peer.BytesSent));
        Of("arrivals_total", "counter", "Entries of others that came.", state => state.Totals.Arrivals);
        Of("arrival_seconds_total", "counter", "The sum of their ages when they came, by the clocks of both.", state => state.Totals.ArrivalSeconds);
        Of("unlevel_seconds", "gauge", "For how long not every peer has been known to have this version; 0 when all are.", state => state.UnlevelSeconds);
        Of("convergence_seconds", "gauge", "How long it took the last time until every peer was known to have it.", state => state.ConvergenceSeconds ?? 0);
        Peers("level", "gauge", "1 while the peer is known to have the version that is here.", peer => peer.IsLevel ? 1 : 0);
        Peers("failures_total", "counter", "Pushes to the peer and pulls of it that failed, and entries refused.", peer => peer.Failures);
        Peers("failing", "gauge", "1 while the last push to the peer, or the last pull of it, failed.", peer => peer.IsFailing ? 1 : 0);
        Peers("last_error_age_seconds", "gauge", "How long ago something failed with the peer the last time; -1 for never.", peer => peer.LastErrorSecondsAgo ?? -1);
        Peers("refused_total", "counter", "Entries that were set aside because the peer does not take them.", peer => peer.Refused);

        void Of(string name, string type, string help, Func<StateStatus, double> value) =>
            family($"actorsync_state_{name}", type, help, states.Select(state => ((IReadOnlyList<(string, string)>)[("state", state.State)], value(state))));

        void Peers(string name, string type, string help, Func<StatePeerStatus, double> value) => family(
            $"actorsync_state_peer_{name}", type, help,
            states.SelectMany(state => state.Peers.Select(peer => ((IReadOnlyList<(string, string)>)[("state", state.State), ("peer", peer.Peer)], value(peer)))));
    }
}
