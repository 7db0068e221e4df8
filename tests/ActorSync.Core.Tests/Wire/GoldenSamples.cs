using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>
/// What the golden files hold: one message of every type, and blocks of one small graph:
/// <code>
/// init ── milk ── bread ──┐
///            └─── ann ────┴─ merge ── closed
/// </code>
/// </summary>
internal static class GoldenSamples
{
    public static readonly NodeId Writer = new(new UInt128(0x0102030405060708, 0x090a0b0c0d0e0f10));
    public static readonly Command Init = Command.Init("notes"u8);
    public static readonly Command Milk = Command.Create(Prior.Single(Init.Address), Priority.Basic(0), "buy milk"u8);
    public static readonly Command Bread = Command.Create(Prior.Single(Milk.Address), Priority.Basic(0), "buy bread"u8);
    public static readonly Command Ann = Command.Create(Prior.Single(Milk.Address), Priority.Basic(300), "call Ann"u8);
    public static readonly Command Merge = Command.Merge(Bread.Address, Ann.Address);
    public static readonly Command Closed = Command.Create(Prior.Single(Merge.Address), Priority.Finalize, "closed"u8);

    public static readonly IReadOnlyDictionary<string, Command> Commands = new Dictionary<string, Command>
    {
        ["Command.Init"] = Init,
        ["Command.Basic"] = Ann,
        ["Command.Merge"] = Merge,
        ["Command.Finalize"] = Closed,
    };

    public static readonly IReadOnlyDictionary<string, Command[]> Blocks = new Dictionary<string, Command[]>
    {
        ["Block.Init"] = [Init],
        ["Block.Linear"] = [Init, Milk, Bread],
        ["Block.Branches"] = [Init, Milk, Bread, Ann],
        ["Block.Merges"] = [Init, Milk, Bread, Ann, Merge, Closed],
        ["Block.ExplicitPriors"] = [Ann, Bread],
        ["Block.MergeHalfExplicit"] = [Ann, Merge],
        ["Block.MergeExplicit"] = [Merge, Closed],
    };

    public static readonly StateVersion Version = new(new UInt128(0x1122334455667788, 0x99aabbccddeeff00));
    public static readonly StateEntry Limit = StateEntry.Live("limit", "{\"mbit\":20}"u8.ToArray(), new StateStamp(1_760_000_000_000, 0, Writer));
    public static readonly StateEntry Brief = StateEntry.Live("höhe", "4"u8.ToArray(), new StateStamp(1_760_000_000_001, 2, Writer), 30_000);
    public static readonly StateEntry Gone = StateEntry.Tombstone("old", new StateStamp(1_760_000_000_002, 0, default), 86_400_000);

    private static readonly MembershipDigest Members = new(new UInt128(0x6ba64c9163d54bde, 0x14c14fc6e6e4c056));
    private static readonly StateName State = new("fleet");
    private static readonly ExchangeId Exchange = new(0x0f1e2d3c4b5a6978);
    private static readonly GraphId Graph = new(Init.Id);
    private static readonly SessionId Session = new(0x0123456789abcdef);
    private static readonly SubscriptionId Subscription = new(0xfedcba9876543210);
    private static readonly CommandId Digest = new HeadSet([Bread.Address, Ann.Address]).Digest;
    private static readonly Sample Sample = new(2, true, [Bread.Address, Ann.Address, Init.Address]);

    public static readonly IReadOnlyList<SyncMessage> Messages =
    [
        new Poll(Session, Graph, 0, 1_000_000, 8, Digest, Sample),
        new Level(Session),
        new Narrow(Session, 1, [true, false, true, true, false, false, false, false, true, true]),
        new Narrowed(Session, [ShortId.Of(Session, Milk.Id), ShortId.Of(Session, Bread.Id), 0xff_ffff_ffff]),
        new PollResponse(Session, 3, 5000, CommandBlock.Encode([Milk, Bread, Ann])),
        new PollEnd(Session, 4, true),
        new Credit(Session, 200, 328),
        new Subscribe(Subscription, 7, 3600, 64 << 20, [new SubscribeGraph(Graph, Sample), new SubscribeGraph(new GraphId(Milk.Id), Sample.Empty)]),
        new Subscribed(Subscription, 7, 3600, 64 << 20,
        [
            new SubscribedGraph(Graph, null, [true, false, true]),
            new SubscribedGraph(new GraphId(Milk.Id), SyncErrorKind.UnknownGraph, []),
        ]),
        new MaximumSubscriptionsExceeded(Subscription, 7, 128),
        new Unsubscribe(Subscription, 8, [Graph]),
        new Unsubscribed(Subscription, 8),
        new Push(Subscription, Graph, 41, CommandBlock.Encode([Bread, Ann, Merge])),
        new PushAck(Subscription, Graph, 41, [Merge.Address]),
        new NumberGraphs(Subscription, [new NumberedGraph(Graph, 3)]),
        new ShortPush(3, 42, CommandBlock.EncodeShort([Bread, Ann], follows: Milk.Address)),
        new ShortAck(3, 42),
        new SubscriptionEnded(Subscription, SubscriptionEndReason.BudgetSpent),
        new HelloSubscribe(Graph, 250, 3600, 60_000),
        new HelloUnsubscribe(Graph),
        new HelloNotify(Graph, Merge.Address),
        new RequestMissing(Session, [2, 3, 130]),
        new SyncResume(Session, 4, 12),
        new Offer(Session, Graph, Closed.Address),
        new EndSession(Session),
        new Rejected(Graph, Ann.Id),
        new SyncFailure(SyncErrorKind.UnknownGraph, Session.Value, Graph, "this node does not hold the graph"),
        new StatePull(State, Exchange, 1, StateRange.All, Limit.Hash + Gone.Hash, 2),
        new StateLevel(State, Exchange, 1),
        new StateDigests(State, Exchange, 1, 2, [Limit.Fingerprint, 0, Gone.Fingerprint, 0]),
        new StateCompare(State, Exchange, 2, 0, [new StateRangeContent(new StateRange(2, 0), [Limit.Fingerprint]), new StateRangeContent(new StateRange(2, 3), [])]),
        new StateEntries(State, Exchange, 2, new StateRange(2, 3).First, [true], [Gone]),
        new StatePush(State, Exchange, 3, true, Version, [Limit, Brief, Gone]),
        new StatePushed(State, Exchange, 3, 1, SyncErrorKind.ClockAhead, Version),
        new MemberProbe(0x1122334455667788, Writer),
        new MemberProbed(0x1122334455667788, true),
        new Hold(Graph, 5, Members, [Bread.Address, Ann.Address]),
        new HoldingAck(Graph, 5, Members, true, [true, false]),
        new ForwardAction(0x1122334455667788, Graph, Priority.Basic(300), AckMode.Replicated, 10_000, "call Ann"u8.ToArray()),
        new ForwardResult(0x1122334455667788, Ann.Address, SyncErrorKind.NotReplicated, "1 of 2 stores have it"),
        new RelayOpen(7, new PeerIdentity(Writer, new InstanceId(0x99aabbccddeeff00)), 4096),
        new Relay(7, true, SyncCodec.Encode(new Level(Session))),
        new RelayClose(7, false, SyncErrorKind.Busy),
    ];
}
