using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;
using Xunit.Abstractions;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>
/// Two daemons over TCP that fsync every commit; one is ended by SIGKILL again and again while it catches up or is
/// caught up from, and both commit all the while. They end level, and hold all that either acknowledged. The moments are
/// drawn from a seed, as counts of commands that the catching-up node holds. ACTORSYNC_CRASH_ROUNDS makes it longer.
/// </summary>
public sealed class CrashTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(5);

    private static readonly int Rounds =
        int.TryParse(Environment.GetEnvironmentVariable("ACTORSYNC_CRASH_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var rounds) ? rounds : 3;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("poll")]
    [InlineData("subscribe")]
    public async Task Killed_during_catch_up_they_end_level_and_nothing_acknowledged_is_lost(string mode)
    {
        var began = Stopwatch.GetTimestamp();
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Rounds} rounds");
        var random = new Random(seed);
        var graph = await Filled.WriteAsync(_folder.At("ahead"), 20_000);
        await using var pair = await Pair.StartAsync(_folder, graph, mode);
        for (var round = 0; round < Rounds; round++)
        {
            var moment = random.Next(1, 20_000) * (round + 1) / Rounds;
            var victim = round % 2 == 0 ? "behind" : "ahead";
            await pair.CrashAsync(victim, moment).WaitAsync(AtMost);
            output.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s: the node {victim} was ended at {moment} commands and runs again");
        }
        var lost = await pair.EndAsync().WaitAsync(AtMost);
        output.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s: level, {pair.Acknowledged.Count} were acknowledged");

        Assert.Empty(lost);
        Assert.True(pair.Acknowledged.Count >= Rounds);
    }

    private sealed class Pair : IAsyncDisposable
    {
        private const string Quick = "sync.peer { backoff-first = 20 ms, backoff-most = 200 ms }";

        private readonly Restarted _ahead;
        private readonly Restarted _behind;
        private readonly GraphId _graph;

        private Pair(Restarted ahead, Restarted behind, GraphId graph)
        {
            _ahead = ahead;
            _behind = behind;
            _graph = graph;
        }

        public IReadOnlyCollection<string> Acknowledged => [.. _ahead.Acknowledged, .. _behind.Acknowledged];

        public static async Task<Pair> StartAsync(TemporaryFolder folder, GraphId graph, string mode)
        {
            var behind = await Restarted.StartAsync(folder.At("behind"), graph);
            var ahead = await Restarted.StartAsync(folder.At("ahead"), graph);
            ahead.Hocon = $"{Quick}\npeers = [{{ endpoint = \"{behind.Endpoint}\" }}]";
            behind.Hocon = $"{Quick}\npeers = [{{ endpoint = \"{ahead.Endpoint}\", mode = {mode}, interval = 20 ms, graphs = [\"{graph}\"] }}]";
            await ahead.CrashAsync();
            await behind.CrashAsync();
            return new Pair(ahead, behind, graph);
        }

        /// <summary>Ends one of the two once the node that is behind holds so many commands, and starts it again.</summary>
        public async Task CrashAsync(string victim, int commands)
        {
            await _behind.HoldsAsync(commands);
            await (victim == "behind" ? _behind : _ahead).CrashAsync();
        }

        /// <summary>No more commits; waits until both hold the same, and gives what of the acknowledged is not among it.</summary>
        public async Task<IEnumerable<string>> EndAsync()
        {
            await _behind.HoldsAsync(20_000);
            await Task.WhenAll(_ahead.RestAsync(), _behind.RestAsync());
            string[] digests;
            do
            {
                await SyncAsync(_ahead, _behind);
                await SyncAsync(_behind, _ahead);
                digests = [(await _ahead.Daemon.StatusAsync()).Graphs.Single().Digest, (await _behind.Daemon.StatusAsync()).Graphs.Single().Digest];
            }
            while (digests[0] != digests[1]);
            var verified = (await _behind.Daemon.Control.VerifyAsync(_graph, new Progress<VerifyProgress>(), CancellationToken.None)).Value;
            Assert.Equal(0, verified.ProblemCount);
            return Acknowledged.Except(await _behind.Daemon.IdsAsync(_graph)).Concat(Acknowledged.Except(await _ahead.Daemon.IdsAsync(_graph)));
        }

        // When both have just dialed each other, one of the two links gives way: whatever was asked over it is asked again.
        private async Task SyncAsync(Restarted from, Restarted at)
        {
            var request = new SyncRequest(at.Endpoint, _graph.ToString());
            if ((await from.Daemon.Control.SyncAsync(request, new Progress<SyncProgress>(), CancellationToken.None)).Error is { Kind: not SyncErrorKind.Unreachable } error)
                throw new SyncException(error);
        }

        public async ValueTask DisposeAsync()
        {
            await _ahead.DisposeAsync();
            await _behind.DisposeAsync();
        }
    }

    /// <summary>A daemon that is started again on the same port after each end, and commits as long as it runs.</summary>
    private sealed class Restarted : IAsyncDisposable
    {
        private readonly GraphId _graph;
        private readonly string _data;
        private readonly int _port;
        private readonly CancellationTokenSource _rest = new();
        private Task _adding;

        private Restarted(Daemon daemon, GraphId graph)
        {
            Daemon = daemon;
            _graph = graph;
            _data = daemon.Data;
            Endpoint = daemon.Endpoint;
            _port = int.Parse(Endpoint.Split(':')[1], CultureInfo.InvariantCulture);
            _adding = AddAsync();
        }

        public Daemon Daemon { get; private set; }

        public string Endpoint { get; }

        public string Hocon { get; set; } = "";

        public ConcurrentQueue<string> Acknowledged { get; } = [];

        public static async Task<Restarted> StartAsync(string data, GraphId graph) => new(await Daemon.StartAsync(data), graph);

        public async Task CrashAsync()
        {
            await Daemon.CrashAsync();
            await _adding;
            await Daemon.DisposeAsync();
            Daemon = await Daemon.StartAsync(_data, Hocon, _port);
            _adding = AddAsync();
        }

        /// <summary>Ends when it holds so many commands of the graph.</summary>
        public async Task HoldsAsync(int commands)
        {
            Result<GraphWatch> watch;
            do
                watch = await Daemon.Control.WatchAsync(_graph, CancellationToken.None);
            while (watch.Error is { Kind: SyncErrorKind.UnknownGraph });
            await foreach (var version in watch.Value.Versions)
            {
                if (version.Commands >= commands)
                    return;
            }
        }

        /// <summary>Commits no more.</summary>
        public async Task RestAsync()
        {
            await _rest.CancelAsync();
            await _adding;
        }

        public async ValueTask DisposeAsync()
        {
            await RestAsync();
            await Daemon.DisposeAsync();
            _rest.Dispose();
        }

        // One after the other until the daemon is gone; what it does not know yet, it cannot add to.
        private async Task AddAsync()
        {
            while (!_rest.IsCancellationRequested)
            {
                var added = await Daemon.Control.AddAsync(_graph, Guid.NewGuid().ToByteArray(), 0, CancellationToken.None);
                if (added.Error is { Kind: not SyncErrorKind.UnknownGraph })
                    return;
                if (added.Error is null)
                    Acknowledged.Enqueue(added.Value.Id);
            }
        }
    }
}
