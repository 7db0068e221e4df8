using System.Diagnostics;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Wire;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>
/// What an honest peer has of a daemon that is under attack: a subscription that carries every commit, and polls that are
/// answered. It works until it is told to end, and knows the longest it ever waited.
/// </summary>
internal sealed class HonestPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Daemon _daemon;
    private readonly GraphId _graph;
    private readonly Subscriber _subscriber;
    private readonly RawPeer _poller;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _working;
    private int _disposed;

    private HonestPeer(Daemon daemon, GraphId graph, Subscriber subscriber, RawPeer poller)
    {
        _daemon = daemon;
        _graph = graph;
        _subscriber = subscriber;
        _poller = poller;
        _working = WorkAsync();
    }

    public TimeSpan Longest { get; private set; }

    /// <summary>Commits that reached it.</summary>
    public int Commits { get; private set; }

    public static async Task<HonestPeer> BeginAsync(Daemon daemon, GraphId graph) =>
        new(daemon, graph, await Subscriber.OpenAsync(daemon.Endpoint, graph), await RawPeer.ConnectAsync(daemon.Endpoint));

    /// <summary>Ends its work; throws when the daemon ever failed it.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _working;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
            return;
        await _subscriber.DisposeAsync();
        await _poller.DisposeAsync();
    }

    private async Task WorkAsync()
    {
        do
        {
            var began = Stopwatch.GetTimestamp();
            var added = (await _daemon.Control.AddAsync(_graph, Guid.NewGuid().ToByteArray(), 0, CancellationToken.None)).Value;
            await _subscriber.HoldsAsync(added.Id).WaitAsync(Patience);
            await PollAsync();
            Commits++;
            var took = Stopwatch.GetElapsedTime(began);
            Longest = took > Longest ? took : Longest;
        }
        while (!_stop.IsCancellationRequested);
    }

    private async Task PollAsync()
    {
        var session = new SessionId(RawPeer.NewNumber());
        await _poller.SendAsync(new Poll(session, _graph, 0, 0, 1, default, RawPeer.Nothing));
        var response = await _poller.ReceiveAsync<PollResponse>(Patience);
        Assert.Equal(session, response.Session);
        await _poller.SendAsync(new EndSession(session));
    }
}
