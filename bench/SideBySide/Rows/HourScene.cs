using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Results;
using ActorSync.Bench.SideBySide.Roles;
using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Storage;
using ActorSync.Transport.Streams;
using ActorSync.Wire;

namespace ActorSync.Bench.SideBySide.Rows;

/// <summary>
/// An hour of one command a minute to many peers: the bytes of pushing them, and of asking every second whether there is
/// one. The hour is pressed together: all that it sends is sent, and what a link says in the silence of an hour is added:
/// keep-alives between the pushes of two minutes, and renewals of the subscription.
/// </summary>
internal sealed class HourScene : Scene
{
    private const int Minutes = 60;
    private const int PollsEachMinute = 60;
    private const int FrameBytes = 4;
    private const int PaceMilliseconds = 50;

    private const string Polling = "polling each second";

    public override string Name => "hour";

    public override async Task<IReadOnlyList<Measure>> RunAsync(Stage stage)
    {
        var peers = stage.Options.Subscribers;
        var bytes = new Measure($"an hour of a command a minute to {peers} peers", "bytes") { MustBeside = new Dictionary<string, Bar> { [Polling] = Bar.Most(1 / 60.0) } };
        for (var run = 0; run < stage.Options.Runs; run++)
        {
            await using var publisher = Child.Role("node", stage.Place.New("publisher"), nameof(FsyncMode.Never));
            await using var receivers = Child.Role("subscribers", stage.Place.New("subscribers"), $"{peers}");
            await using var poller = Child.Role("subscribers", stage.Place.New("poller"), "1");
            var endpoint = await publisher.AnswerAsync(stage.Stop);
            await receivers.AnswerAsync(stage.Stop);
            await poller.AnswerAsync(stage.Stop);
            var graph = await publisher.AskAsync("create", stage.Stop);
            await receivers.AskAsync($"poll {endpoint} {graph}", stage.Stop);
            await receivers.AskAsync($"subscribe {endpoint} {graph}", stage.Stop);
            bytes.Add(Measure.Ours, await PushedAsync(stage, publisher, receivers, graph) + Silence(peers, NodeRole.Graph(graph)));
            await receivers.DisposeAsync();
            await poller.AskAsync($"poll {endpoint} {graph}", stage.Stop);
            bytes.Add(Polling, peers * await PolledAsync(stage, publisher, poller, endpoint, graph));
            stage.Progress.Step($"an hour, run {run + 1}");
        }
        return [bytes];
    }

    private static async Task<double> PushedAsync(Stage stage, Child publisher, Child receivers, string graph)
    {
        var before = await BytesAsync(stage, publisher);
        await receivers.AskAsync($"follow {graph} {Minutes}", stage.Stop);
        await publisher.AskAsync($"act {graph} {Minutes} {PaceMilliseconds}", stage.Stop);
        await receivers.AskAsync("stamps", stage.Stop);
        // The acknowledgements of the last push are on their way.
        await Task.Delay(TimeSpan.FromMilliseconds(500), stage.Stop);
        return await BytesAsync(stage, publisher) - before;
    }

    // All pollers are alike: one is measured.
    private static async Task<double> PolledAsync(Stage stage, Child publisher, Child poller, string endpoint, string graph)
    {
        var before = await BytesAsync(stage, publisher);
        for (var minute = 0; minute < Minutes; minute++)
        {
            await publisher.AskAsync($"act {graph} 1 0", stage.Stop);
            await poller.AskAsync($"polls {endpoint} {graph} {PollsEachMinute}", stage.Stop);
        }
        return await BytesAsync(stage, publisher) - before;
    }

    private static double Silence(int peers, GraphId graph)
    {
        var keepAlives = 2 * Minutes * Math.Floor(TimeSpan.FromMinutes(1) / new StreamLinkSettings().KeepAliveInterval);
        var renewals = TimeSpan.FromHours(1) / (SubscriptionSettings.Default.RemainOpen / 2);
        return peers * (keepAlives * FrameBytes + renewals * RenewalBytes(graph));
    }

    private static int RenewalBytes(GraphId graph)
    {
        var (id, settings) = (new SubscriptionId(ulong.MaxValue), SubscriptionSettings.Default);
        var (seconds, bytes) = ((uint)settings.RemainOpen.TotalSeconds, (ulong)settings.MaxBytes);
        var ask = new Subscribe(id, 2, seconds, bytes, [new SubscribeGraph(graph, new Sample(1, true, [new Address(graph.Init, Minutes)]))]);
        var answer = new Subscribed(id, 2, seconds, bytes, [new SubscribedGraph(graph, null, [true])]);
        return SyncCodec.Encode(ask).Length + SyncCodec.Encode(answer).Length + 2 * FrameBytes;
    }

    private static async Task<double> BytesAsync(Stage stage, Child publisher) => Clock.Read(await publisher.AskAsync("bytes", stage.Stop)).Sum();
}
