using System.Threading.Channels;
using ActorSync.Graphs;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Transport.Tcp;
using ActorSync.Wire;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>
/// A daemon holds a subscription at a peer that sends what no honest peer would. It tells the peer what was wrong, counts
/// it, and stores what is sound of it and nothing else.
/// </summary>
public sealed class HostilePublisherTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Command _init = Command.Init("a long graph"u8);
    private Daemon _daemon = null!;
    private TcpLinkListener _listener = null!;
    private ILink _link = null!;
    private Channel<Result<SyncMessage>> _heard = null!;
    private Task _hearing = Task.CompletedTask;
    private Subscribe? _subscribe;
    private Task<Result<PeerGraph>> _subscribing = null!;
    private Command _last = null!;
    private uint _index;

    private GraphId Graph => new(_init.Id);

    public async Task InitializeAsync()
    {
        await Filled.WriteAsync(_folder.At("data"), 3);
        _daemon = await Daemon.StartAsync(_folder.At("data"));
        _listener = TcpLinkListener.Start("127.0.0.1:0", new LinkIdentity(new PeerIdentity(new NodeId(7), new InstanceId(7)), WireLimits.Default.PayloadBytes)).Value;
        var endpoint = _listener.LocalEndPoint.ToString();
        _subscribing = _daemon.Control.SubscribeAsync(new PeerGraph(endpoint, Graph.ToString()), CancellationToken.None);
        _link = (await _listener.AcceptAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20)))!;
        _heard = Channel.CreateUnbounded<Result<SyncMessage>>();
        _hearing = HearAsync();
        var known = (await ReceiveAsync<Subscribe>()).Graphs[0].Sample.Addresses;
        _ = (await _subscribing).Value;
        var head = known.MaxBy(address => address.MaxCut);
        Assert.Equal(2, head.MaxCut);
        _last = After(head, "sound");
        await PushAsync([_last]);
        await ReceiveAsync<PushAck>();
    }

    public async Task DisposeAsync()
    {
        await _link.DisposeAsync();
        await _hearing;
        await _listener.DisposeAsync();
        await _daemon.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_wrong_max_cut_is_told_and_not_stored_and_the_rest_of_the_batch_is()
    {
        var wrong = Command.Create(Prior.Single(_last.Address with { MaxCut = 7 }), Priority.Basic(0), "wrong"u8);
        var sound = After(_last.Address, "sound as well");
        await PushAsync([wrong, sound]);

        Assert.Equal(SyncErrorKind.WrongMaxCut, (await ReceiveAsync<SyncFailure>()).Kind);
        await HoldsAsync(5, nameof(SyncErrorKind.WrongMaxCut));
        Assert.Contains(sound.Id.ToString(), await _daemon.IdsAsync(Graph));
    }

    [Fact]
    public async Task A_merge_of_a_command_with_its_ancestor_is_told_and_not_stored()
    {
        await PushAsync([Command.Merge(_init.Address, _last.Address)]);

        Assert.Equal(SyncErrorKind.InvalidCommand, (await ReceiveAsync<SyncFailure>()).Kind);
        await HoldsAsync(4, nameof(SyncErrorKind.InvalidCommand));
    }

    [Fact]
    public async Task The_init_command_of_another_graph_is_told_and_not_stored()
    {
        await PushAsync([Command.Init("another graph"u8)]);

        Assert.Equal(SyncErrorKind.InvalidCommand, (await ReceiveAsync<SyncFailure>()).Kind);
        await HoldsAsync(4, nameof(SyncErrorKind.InvalidCommand));
    }

    [Fact]
    public async Task Bytes_changed_on_the_way_are_told_and_nothing_of_them_is_stored()
    {
        var bytes = CommandBlock.Encode([After(_last.Address, "one thing")]).Bytes.ToArray();
        bytes[^1] ^= 1;
        await SendAsync(new Push(_subscribe!.Id, Graph, _index++, new CommandBlock(bytes)));

        Assert.Equal(SyncErrorKind.WrongId, (await ReceiveAsync<SyncFailure>()).Kind);
        await HoldsAsync(4, nameof(SyncErrorKind.WrongId));
    }

    [Fact]
    public async Task A_missing_prior_is_asked_for_and_what_is_known_already_changes_nothing()
    {
        var gap = After(_last.Address, "not sent");
        await PushAsync([_init, _last]);
        await ReceiveAsync<PushAck>();
        await PushAsync([After(gap.Address, "builds on it")]);

        var poll = await ReceiveAsync<Poll>();
        await SendAsync(new Level(poll.Session));
        await HoldsAsync(4, null);
    }

    [Fact]
    public async Task A_list_over_its_bound_is_told()
    {
        // A Subscribed that says to answer for more graphs than a Subscribe may name.
        var payload = SyncCodec.Encode(new Subscribed(_subscribe!.Id, _subscribe.Sequence, 600, 1, [])).ToArray();
        payload[^1] = WireLimits.GraphsPerSubscribe + 1;
        await _link.SendAsync(payload);

        Assert.Equal(SyncErrorKind.LimitExceeded, (await ReceiveAsync<SyncFailure>()).Kind);
        await HoldsAsync(4, nameof(SyncErrorKind.LimitExceeded));
    }

    [Fact]
    public async Task Who_goes_on_is_shut_out_and_the_daemon_goes_on()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        byte[] cut = [WireLimits.Version, (byte)SyncType.Push, 1, 2, 3];
        for (var i = 0; i < 100 && await _link.SendAsync(cut) is null; i++)
            continue;
        while ((await _heard.Reader.ReadAsync(late.Token)).Error is null)
            continue;

        var peer = Assert.Single((await _daemon.StatusAsync()).Peers);
        Assert.Contains("shut out after 20 faults", peer.LastError, StringComparison.Ordinal);
        Assert.Equal(5, (await AddAsync()).MaxCut + 1);
    }

    private async Task<CommandAdded> AddAsync() => (await _daemon.Control.AddAsync(Graph, "mine"u8.ToArray(), 0, CancellationToken.None)).Value;

    private static Command After(Address prior, string payload) =>
        Command.Create(Prior.Single(prior), Priority.Basic(0), System.Text.Encoding.UTF8.GetBytes(payload));

    private Task PushAsync(Command[] commands) => SendAsync(new Push(_subscribe!.Id, Graph, _index++, CommandBlock.Encode(commands)));

    private async Task SendAsync(SyncMessage message) => Assert.Null(await _link.SendAsync(SyncCodec.Encode(message)));

    private async Task<T> ReceiveAsync<T>()
        where T : SyncMessage
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            if ((await _heard.Reader.ReadAsync(late.Token)).Value is T wanted)
                return wanted;
        }
    }

    // Every request is answered at once, whatever the test waits for: a daemon that is slow to hear the answer asks again,
    // with another number, and waits for the answer to that one.
    private async Task HearAsync()
    {
        while (true)
        {
            if (!(await _link.ReceiveAsync()).TryGet(out var payload, out var error))
            {
                _heard.Writer.TryWrite(error);
                return;
            }
            var message = SyncCodec.Decode(payload, WireLimits.Default).Value;
            if (message is Subscribe subscribe)
            {
                _subscribe = subscribe;
                await _link.SendAsync(SyncCodec.Encode(Answer(subscribe)));
            }
            _heard.Writer.TryWrite(message);
        }
    }

    private static Subscribed Answer(Subscribe subscribe) => new(
        subscribe.Id, subscribe.Sequence, 600, 1 << 30, [.. subscribe.Graphs.Select(asked => new SubscribedGraph(asked.Graph, null, [.. asked.Sample.Addresses.Select(_ => true)]))]);

    // A command of its own goes through the same graph: what was pushed before it has been dealt with.
    private async Task HoldsAsync(int commands, string? counted)
    {
        await AddAsync();
        var status = await _daemon.StatusAsync();
        Assert.Equal(commands + 1, Assert.Single(status.Graphs).Commands);
        if (counted is not null)
        {
            Assert.Equal(1, status.Errors[counted]);
            Assert.Equal(1, Assert.Single(status.Peers).Strikes);
        }
        var verified = (await _daemon.Control.VerifyAsync(Graph, new Progress<VerifyProgress>(), CancellationToken.None)).Value;
        Assert.Equal(0, verified.ProblemCount);
    }
}
