using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>
/// Waits until a node is level with its peers: every peer is polled for every graph in common, again and again, until
/// each answers Level; without any peer it does not wait at all. Graphs in common are those that are here, unless the peer does not know them, and those
/// subscribed to there, or told of by the peer. A peer without any is not level: its graphs are still to come.
/// </summary>
internal sealed class Convergence(ISyncNode node, TimeProvider time, IProgress<WaitProgress> progress)
{
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private const string AnyPeer = "any";
    private const string NoPeer = "the node has no peer: see actorsync connect";

    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(100);

    public async Task<WaitReport> WaitAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        List<PairReport> pairs = [];
        try
        {
            while (true)
            {
                // A round that the deadline cuts leaves the one before it, unless it is the first.
                var round = new List<PairReport>();
                if (pairs.Count == 0)
                    pairs = round;
                await PollAllAsync(round, either.Token);
                pairs = round;
                progress.Report(new WaitProgress(pairs.Count(pair => pair.Level), pairs.Count));
                if (pairs.All(pair => pair.Level))
                    return new WaitReport(true, Elapsed(), pairs);
                // Waiting brings no peer.
                if (pairs is [{ Peer: AnyPeer, Why: NoPeer }])
                    return new WaitReport(false, Elapsed(), pairs);
                await Task.Delay(BetweenRounds, time, either.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            if (pairs.All(pair => pair.Level))
                pairs.Add(new PairReport(AnyPeer, null, false, "not every peer answered in time"));
            return new WaitReport(false, Elapsed(), pairs);
        }

        double Elapsed() => time.GetElapsedTime(began).TotalSeconds;
    }

    private async Task PollAllAsync(List<PairReport> pairs, CancellationToken cancellation)
    {
        var status = await node.StatusAsync(cancellation);
        foreach (var peer in status.Peers)
            await PollAsync(peer, status.Graphs, pairs, cancellation);
        if (status.Peers.Count == 0)
            pairs.Add(new PairReport(AnyPeer, null, false, NoPeer));
    }

    private async Task PollAsync(PeerStatus peer, IReadOnlyList<GraphStatus> held, List<PairReport> pairs, CancellationToken cancellation)
    {
        var name = peer.Node ?? peer.Endpoint;
        var subscribed = (peer.Subscription?.Graphs ?? []).Union(peer.Hello?.Graphs ?? []).ToArray();
        var before = pairs.Count;
        foreach (var graph in held.Select(graph => graph.Graph).Union(subscribed).Order(StringComparer.Ordinal))
        {
            if (!GraphId.TryParse(graph, out var id))
                continue;
            var result = await node.PollAsync(name, id, null, cancellation);
            if (result.TryGet(out var outcome, out var error))
                pairs.Add(new PairReport(name, graph, outcome.Level, Why(outcome)));
            else if (error.Kind != SyncErrorKind.UnknownGraph || subscribed.Contains(graph))
                pairs.Add(new PairReport(name, graph, false, error.Message));
        }
        if (pairs.Count == before)
            pairs.Add(new PairReport(name, null, false, "no graph in common yet"));
    }

    private static string? Why(PollOutcome outcome) => outcome switch
    {
        { Level: true } => null,
        { Rejected: > 0 } => $"{outcome.Rejected} commands of the peer are not let in here, with all that follows them: the two do not have the same policy",
        { Received: 0 } => "the peer lacks commands that are here",
        _ => $"{outcome.Received} commands came with the last poll",
    };
}
