using ActorSync.Graphs;
using ActorSync.Node.Tests.Robustness;
using ActorSync.Wire;

namespace ActorSync.Bench;

/// <summary>
/// What open subscriptions cost while nothing changes: bytes on their links, memory and CPU of the node. The node shares a
/// state too, as it does unless configured, and asks some of its peers each minute whether they have the same: these payloads
/// are counted apart, and answered as a node does that has.
/// </summary>
internal static class Idle
{
    public static async Task<int> RunAsync(int seconds, int subscriptions)
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-bench-");
        try
        {
            await using var daemon = await Daemon.StartAsync(Path.Combine(folder.FullName, "data"));
            var graph = (await daemon.Control.CreateGraphAsync("idle"u8.ToArray(), CancellationToken.None)).Value;
            var name = GraphId.TryParse(graph.Graph, out var parsed) ? parsed : throw new InvalidOperationException(graph.Graph);
            var peers = new List<Subscriber>();
            var none = daemon.Memory;
            await MeasureAsync(daemon, peers, seconds, none);
            foreach (var count in new[] { 1, subscriptions }.Distinct())
            {
                while (peers.Count < count)
                    peers.Add(await Subscriber.OpenAsync(daemon.Endpoint, name));
                await MeasureAsync(daemon, peers, seconds, none);
            }
            foreach (var peer in peers)
                await peer.DisposeAsync();
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(Daemon daemon, List<Subscriber> peers, int seconds, long none)
    {
        // What opening them left to do is over before the clock starts.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (before, states, cpu) = (peers.Select(peer => peer.Counters).ToArray(), StatesOf(peers), daemon.Processor);
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var (after, ofStates) = (peers.Select(peer => peer.Counters).ToArray(), StatesOf(peers));
        ofStates = (ofStates.Payloads - states.Payloads, ofStates.Bytes - states.Bytes);
        var used = daemon.Processor - cpu;
        var bytes = after.Sum(at => at.BytesIn + at.BytesOut) - before.Sum(at => at.BytesIn + at.BytesOut);
        var payloads = after.Sum(at => at.PayloadsIn + at.PayloadsOut) - before.Sum(at => at.PayloadsIn + at.PayloadsOut);
        var open = (await daemon.StatusAsync()).OpenSubscriptions;
        Console.WriteLine(
            $"{open,4} subscriptions, {seconds} s: {payloads - ofStates.Payloads} payloads, {bytes - ofStates.Bytes} bytes both ways ({(double)(bytes - ofStates.Bytes) / seconds / Math.Max(1, open):F2} bytes/s a subscription: keep-alives), " +
            $"the shared state {ofStates.Payloads} payloads, {ofStates.Bytes} bytes, " +
            $"CPU {100 * used.TotalSeconds / seconds:F2} %, resident {daemon.Memory / 1048576.0:F1} MiB" +
            (open == 0 ? "" : $" ({(daemon.Memory - none) / 1024.0 / open:F0} KiB a subscription)"));
        if (open != peers.Count || payloads != ofStates.Payloads)
            throw new InvalidOperationException($"{open} of {peers.Count} subscriptions are open, {payloads} payloads were sent, {ofStates.Payloads} of them of the shared state: that is not idle");
    }

    private static (long Payloads, long Bytes) StatesOf(List<Subscriber> peers) =>
        (peers.Sum(peer => peer.OfStates.Payloads), peers.Sum(peer => peer.OfStates.Bytes));

    private sealed class Subscriber(RawPeer peer) : IAsyncDisposable
    {
        private const int FrameHead = 4;

        private readonly CancellationTokenSource _stop = new();
        private Task _reading = Task.CompletedTask;
        private long _payloads;
        private long _bytes;

        public ActorSync.Peers.LinkCounters Counters => peer.Counters;

        /// <summary>Payloads of shared states, both ways, and their bytes with framing.</summary>
        public (long Payloads, long Bytes) OfStates => (Interlocked.Read(ref _payloads), Interlocked.Read(ref _bytes));

        public static async Task<Subscriber> OpenAsync(string endpoint, GraphId graph)
        {
            var subscriber = new Subscriber(await RawPeer.ConnectAsync(endpoint));
            await subscriber.BeginAsync(graph);
            return subscriber;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _reading;
            await peer.DisposeAsync();
            _stop.Dispose();
        }

        // The init command comes as a push and is acknowledged: from then on there is nothing to say.
        private async Task BeginAsync(GraphId graph)
        {
            await peer.SendAsync(peer.Subscribe(graph));
            var push = await peer.ReceiveAsync<Push>();
            await peer.AckAsync(push, push.Commands.Decode(WireLimits.Default).Value[^1].Address);
            _reading = ReadAsync();
        }

        private async Task ReadAsync()
        {
            try
            {
                while ((await peer.TryReceiveAsync(_stop.Token)).TryGet(out var message, out _))
                {
                    if (message is not StatePull pull)
                        continue;
                    Count(pull);
                    var level = new StateLevel(pull.State, pull.Exchange, pull.Round);
                    Count(level);
                    await peer.SendAsync(level);
                }
            }
            catch (OperationCanceledException)
            {
                // The measurement is over.
            }
        }

        private void Count(SyncMessage message)
        {
            Interlocked.Increment(ref _payloads);
            Interlocked.Add(ref _bytes, FrameHead + SyncCodec.Encode(message).Length);
        }
    }
}
