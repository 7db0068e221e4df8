using ActorSync.Graphs.Hellos;
using ActorSync.Peers;
using ActorSync.Testing.Simulations;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// The clients as nodes of a simulated network: the machines that nodes run, over links whose payloads are encoded and
/// decoded, in virtual time that passes only when a rule says so. What a client writes goes to its node before time
/// passes, and what its node received is committed by the client after.
/// </summary>
internal sealed class ScenarioNetwork(ScenarioWorld world)
{
    private static readonly TimeSpan CommitAtMost = TimeSpan.FromSeconds(1);

    private readonly Simulation _simulation = new(unchecked((int)(world.Seed ^ world.Seed >> 32)));
    private readonly SortedDictionary<ulong, ScenarioNode> _nodes = [];
    private readonly Dictionary<(ulong One, ulong Other), ScenarioLink> _links = [];

    public async Task ApplyAsync(ScenarioRule.Network rule)
    {
        switch (rule)
        {
            case ScenarioRule.NodeSettings settings:
                Set(settings);
                break;
            case ScenarioRule.Wait wait:
                await WaitAsync(wait.Time).ConfigureAwait(false);
                break;
            case ScenarioRule.Link link:
                Set(link);
                break;
            case ScenarioRule.LinkState state:
                LinkOf(state.One, state.Other).IsUp = state.IsUp;
                break;
            case ScenarioRule.Tamper tamper:
                LinkOf(tamper.From, tamper.To).Add(NodeOf(tamper.From).Node, tamper);
                break;
            case ScenarioRule.CountAnew:
                foreach (var link in _links.Values)
                    link.CountAnew();
                break;
            case ScenarioRule.Subscribe or ScenarioRule.Unsubscribe or ScenarioRule.Poll or ScenarioRule.Hello or ScenarioRule.StopHello:
                Converse(rule);
                break;
            default:
                Check(rule);
                break;
        }
    }

    /// <summary>A client is about to remove a graph: its node must not hold it.</summary>
    public void Forget(ulong client, ulong graph)
    {
        if (_nodes.TryGetValue(client, out var node) && node.Holds(world.Graph(graph)))
            throw new RuleDiffersException($"graph {graph} went over a link of client {client}, and cannot be removed any more");
    }

    private void Set(ScenarioRule.NodeSettings settings)
    {
        if (_nodes.ContainsKey(settings.Client))
            throw new RuleDiffersException($"client {settings.Client} is linked already: its node is set before");
        var made = new ScenarioNode(world.Client(settings.Client), new SimNode(_simulation, $"client {settings.Client}")
        {
            Slots = new SubscriptionSlots((int)(settings.MaximumSubscriptions ?? 128), 0),
        });
        var usual = made.Node.Subscriptions;
        made.Node.Subscriptions = usual with
        {
            RemainOpen = settings.RemainOpenSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : usual.RemainOpen,
            MaxBytes = settings.MaxBytes is { } bytes ? (long)bytes : usual.MaxBytes,
        };
        _nodes.Add(settings.Client, made);
    }

    private void Set(ScenarioRule.Link link)
    {
        var key = KeyOf(link.One, link.Other);
        if (!_links.TryGetValue(key, out var made))
            made = Make(key, (int)link.MaxPayloadBytes);
        if (made.Link.MaxPayloadBytes != (int)link.MaxPayloadBytes)
            throw new RuleDiffersException($"the link takes payloads of {made.Link.MaxPayloadBytes} bytes since it was made");
        made.Link.Faults = new SimFaults
        {
            Delay = TimeSpan.FromMilliseconds(link.DelayMilliseconds),
            Jitter = TimeSpan.FromMilliseconds(link.JitterMilliseconds),
            LossPercent = (int)link.LossPercent,
            RepeatPercent = (int)link.RepeatPercent,
        };
    }

    private async Task WaitAsync(TimeSpan time)
    {
        TakeOver();
        var before = _links.Values.Sum(link => link.Link.Sent.Count);
        _simulation.Run(time);
        world.Trace($"Wait: {_links.Values.Sum(link => link.Link.Sent.Count) - before} payloads were sent over links");
        foreach (var node in _nodes.Values)
            world.Expectations.Emit(await node.BringHomeAsync().ConfigureAwait(false));
    }

    private void TakeOver()
    {
        foreach (var node in _nodes.Values)
            node.TakeOver();
    }

    private void Converse(ScenarioRule.Network rule)
    {
        switch (rule)
        {
            case ScenarioRule.Subscribe subscribe:
                for (ulong client = 0; client < subscribe.Clients; client++)
                    ReadyPeerOf(subscribe.Client + client, subscribe.Peer).Want(world.Graph(subscribe.Graph));
                break;
            case ScenarioRule.Unsubscribe unsubscribe:
                ReadyPeerOf(unsubscribe.Client, unsubscribe.Peer).Unwant(world.Graph(unsubscribe.Graph));
                break;
            case ScenarioRule.Poll poll:
                ReadyPeerOf(poll.Client, poll.Peer).Poll(world.Graph(poll.Graph), poll.MaxBytes);
                break;
            case ScenarioRule.Hello hello:
                ReadyPeerOf(hello.Client, hello.Peer).Hello.Want(world.Graph(hello.Graph), new HelloTerms(hello.ChangeDelay, hello.Duration, hello.ScheduleDelay));
                break;
            case ScenarioRule.StopHello stop:
                ReadyPeerOf(stop.Client, stop.Peer).Hello.Unwant(world.Graph(stop.Graph));
                break;
        }
    }

    // A conversation begins from what the client wrote before it, which its node commits first: a millisecond or so.
    private SimPeer ReadyPeerOf(ulong client, ulong peer)
    {
        var ready = PeerOf(client, peer);
        TakeOver();
        _simulation.RunUntil(() => _nodes.Values.All(node => node.HasTaken), CommitAtMost);
        return ready;
    }

    private void Check(ScenarioRule.Network rule)
    {
        switch (rule)
        {
            case ScenarioRule.ExpectSent expect:
                var (count, bytes) = LinkOf(expect.From, expect.To).Count(NodeOf(expect.From).Node, expect.Type);
                Expect($"payloads {expect.Type} from client {expect.From} to client {expect.To}", count, expect.Count);
                Expect($"bytes of {expect.Type} from client {expect.From} to client {expect.To}", bytes, expect.Bytes);
                break;
            case ScenarioRule.ExpectReceived expect:
                Expect($"commands that client {expect.Client} received", NodeOf(expect.Client).TakeReceived(world.Graph(expect.Graph)), expect.Commands);
                break;
            case ScenarioRule.ExpectSubscription expect:
                Check(expect);
                break;
            case ScenarioRule.ExpectPoll expect:
                Check(expect);
                break;
        }
    }

    private void Check(ScenarioRule.ExpectSubscription expect)
    {
        var (there, here) = (PeerOf(expect.Peer, expect.Client), PeerOf(expect.Client, expect.Peer));
        if (there.Publisher.IsOpen != expect.Open)
            throw new RuleDiffersException($"the subscription of client {expect.Client} at client {expect.Peer} is {(expect.Open ? "not " : "")}open");
        if (expect.Ended is { } reason && (there.Endings.Count == 0 || there.Endings[^1] != reason))
            throw new RuleDiffersException($"the subscription of client {expect.Client} ended {(there.Endings.Count == 0 ? "never" : $"last with {there.Endings[^1]}")}, not with {reason}");
        var refused = here.Answers.Count == 0 ? null : here.Answers[^1]?.Kind;
        if (expect.Refused is { } kind && refused != kind)
            throw new RuleDiffersException($"client {expect.Client} was {(refused is null ? "not refused" : $"refused with {refused}")}, not with {kind}");
        Expect("bytes left", (ulong)Math.Max(0, there.Publisher.BytesLeft), expect.BytesLeft);
    }

    private void Check(ScenarioRule.ExpectPoll expect)
    {
        var results = PeerOf(expect.Client, expect.Peer).PollResults;
        Expect($"polls of client {expect.Client} at client {expect.Peer}", (ulong)results.Count, expect.Polls);
        if (expect is { Level: null, Remaining: null, Added: null, Failed: null })
            return;
        if (results.Count == 0)
            throw new RuleDiffersException($"no poll of client {expect.Client} at client {expect.Peer} has ended");
        var ended = results[^1].TryGet(out var outcome, out var error);
        if (error?.Kind != expect.Failed && (expect.Failed is not null || !ended))
            throw new RuleDiffersException($"the poll {(ended ? "did not fail" : $"failed: {error}")}{(expect.Failed is { } kind ? $", not with {kind}" : "")}");
        if (!ended)
            return;
        if (expect.Level is { } level && outcome!.Level != level)
            throw new RuleDiffersException($"the two were {(level ? "not " : "")}level when the poll began");
        if (expect.Remaining is { } remaining && outcome!.Remaining != remaining)
            throw new RuleDiffersException($"the answer was {(remaining ? "not " : "")}cut");
        Expect("commands that the poll added", (ulong)outcome!.Added, new NumberRange(expect.Added, null, null));
    }

    private static void Expect(string what, ulong found, NumberRange expected)
    {
        if (expected.Differs(found) is { } range)
            throw new RuleDiffersException($"{what}: {found}, not {range}");
    }

    private SimPeer PeerOf(ulong client, ulong peer)
    {
        var link = LinkOf(client, peer).Link;
        return NodeOf(client).Node.PeerAt(link);
    }

    private ScenarioLink LinkOf(ulong one, ulong other)
    {
        var key = KeyOf(one, other);
        return _links.TryGetValue(key, out var link) ? link : Make(key, Wire.WireLimits.Default.PayloadBytes);
    }

    private ScenarioLink Make((ulong One, ulong Other) key, int maxPayloadBytes)
    {
        var made = new ScenarioLink(_simulation, NodeOf(key.One).Node.LinkTo(NodeOf(key.Other).Node, maxPayloadBytes));
        _links.Add(key, made);
        return made;
    }

    private ScenarioNode NodeOf(ulong client)
    {
        if (!_nodes.ContainsKey(client))
            Set(new ScenarioRule.NodeSettings(client, null, null, null));
        return _nodes[client];
    }

    private static (ulong One, ulong Other) KeyOf(ulong one, ulong other) =>
        one == other ? throw new RuleDiffersException($"client {one} has no link to itself") : (Math.Min(one, other), Math.Max(one, other));
}
