using System.Numerics;
using ActorSync.Graphs;
using ActorSync.Membership;
using ActorSync.Peers;
using ActorSync.Placement;
using ActorSync.States;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>Messages, blocks and entries drawn from a seed: numbers of every length, lists from empty to full.</summary>
internal static class RandomWire
{
    /// <summary>
    /// Commands of one graph, priors first: runs, branches, merges, finalizes. The first <paramref name="before"/> are
    /// left out, so that they are priors given by address.
    /// </summary>
    public static List<Command> Commands(Random random, int count, int before = 0, int mergePercent = 20, int branchPercent = 20)
    {
        var commands = new List<Command> { Command.Init(Bytes(random, random.Next(40))) };
        while (commands.Count < before + count)
        {
            var one = commands[^1];
            var other = commands[random.Next(commands.Count)];
            if (one.Id != other.Id && random.Next(100) < mergePercent)
            {
                var merge = Command.Merge(one.Address, other.Address);
                if (commands.All(command => command.Id != merge.Id))
                    commands.Add(merge);
                continue;
            }
            var prior = random.Next(100) < branchPercent ? other : one;
            var priority = random.Next(10) switch
            {
                0 => Priority.Finalize,
                < 4 => Priority.Basic((uint)Number(random, 32)),
                _ => Priority.Basic(0),
            };
            commands.Add(Command.Create(Prior.Single(prior.Address), priority, Bytes(random, 8 + random.Next(random.Next(10) == 0 ? 400 : 40))));
        }
        return commands[before..];
    }

    public static SyncMessage Message(Random random, SyncType type) => type switch
    {
        SyncType.Poll => new Poll(Session(random), Graph(random), Int(random), Number(random, 64), Int(random), Id(random), Sample(random)),
        SyncType.Level => new Level(Session(random)),
        SyncType.Narrow => new Narrow(Session(random), Int(random), Bits(random)),
        SyncType.Narrowed => new Narrowed(Session(random), [.. Enumerable.Range(0, random.Next(5)).Select(_ => Number(random, 40))]),
        SyncType.PollResponse => new PollResponse(Session(random), Int(random), (long)Number(random, 63), Block(random)),
        SyncType.PollEnd => new PollEnd(Session(random), Int(random), Bool(random)),
        SyncType.Credit => new Credit(Session(random), Int(random), Int(random)),
        SyncType.Subscribe => new Subscribe(
            Subscription(random), UInt(random), UInt(random), Number(random, 64),
            Some(random, WireLimits.GraphsPerSubscribe, _ => new SubscribeGraph(Graph(random), Sample(random)))),
        SyncType.Subscribed => new Subscribed(
            Subscription(random), UInt(random), UInt(random), Number(random, 64),
            Some(random, WireLimits.GraphsPerSubscribe, _ => Bool(random)
                ? new SubscribedGraph(Graph(random), null, Bits(random))
                : new SubscribedGraph(Graph(random), Bool(random) ? SyncErrorKind.UnknownGraph : SyncErrorKind.NotAllowed, []))),
        SyncType.MaximumSubscriptionsExceeded => new MaximumSubscriptionsExceeded(Subscription(random), UInt(random), UInt(random)),
        SyncType.Unsubscribe => new Unsubscribe(Subscription(random), UInt(random), Some(random, WireLimits.GraphsPerSubscribe, _ => Graph(random))),
        SyncType.Unsubscribed => new Unsubscribed(Subscription(random), UInt(random)),
        SyncType.Push => new Push(Subscription(random), Graph(random), UInt(random), Block(random)),
        SyncType.PushAck => new PushAck(Subscription(random), Graph(random), UInt(random), Some(random, WireLimits.SampleAddresses, _ => Address(random))),
        SyncType.NumberGraphs => new NumberGraphs(
            Subscription(random), Some(random, WireLimits.GraphsPerSubscribe, _ => new NumberedGraph(Graph(random), UInt(random)))),
        SyncType.ShortPush => new ShortPush(UInt(random), UInt(random), CommandBlock.EncodeShort(Commands(random, random.Next(1, 30), before: random.Next(3)), null)),
        SyncType.ShortAck => new ShortAck(UInt(random), UInt(random)),
        SyncType.SubscriptionEnded => new SubscriptionEnded(Subscription(random), random.GetItems(Enum.GetValues<SubscriptionEndReason>(), 1)[0]),
        SyncType.HelloSubscribe => new HelloSubscribe(Graph(random), UInt(random), UInt(random), UInt(random)),
        SyncType.HelloUnsubscribe => new HelloUnsubscribe(Graph(random)),
        SyncType.HelloNotify => new HelloNotify(Graph(random), Address(random)),
        SyncType.RequestMissing => new RequestMissing(Session(random), Some(random, WireLimits.MissingIndexes, _ => Int(random))),
        SyncType.SyncResume => new SyncResume(Session(random), Int(random), Int(random)),
        SyncType.Offer => new Offer(Session(random), Graph(random), Address(random)),
        SyncType.EndSession => new EndSession(Session(random)),
        SyncType.Rejected => new Rejected(Graph(random), Id(random)),
        SyncType.Error => new SyncFailure(
            random.GetItems(Enum.GetValues<SyncErrorKind>(), 1)[0], Number(random, 64), Bool(random) ? Graph(random) : null,
            new string('é', random.Next(WireLimits.SentenceBytes / 2 + 1))),
        SyncType.StatePull => new StatePull(State(random), Exchange(random), UInt(random), Range(random), Number128(random), Int(random)),
        SyncType.StateLevel => new StateLevel(State(random), Exchange(random), UInt(random)),
        SyncType.StateDigests => new StateDigests(
            State(random), Exchange(random), UInt(random), random.Next(StateRange.MostDepth + 1), Some(random, 200, _ => Number(random, 64))),
        SyncType.StateCompare => new StateCompare(State(random), Exchange(random), UInt(random), Number128(random), Ranges(random)),
        SyncType.StateEntries => new StateEntries(
            State(random), Exchange(random), UInt(random), Bool(random) ? Number128(random) : null, Bits(random), Some(random, 40, _ => Entry(random))),
        SyncType.StatePush => new StatePush(State(random), Exchange(random), UInt(random), Bool(random), new StateVersion(Number128(random)), Some(random, 40, _ => Entry(random))),
        SyncType.StatePushed => Bool(random)
            ? new StatePushed(State(random), Exchange(random), UInt(random), 0, null, new StateVersion(Number128(random)))
            : new StatePushed(State(random), Exchange(random), UInt(random), 1 + Int(random) / 2, SyncErrorKind.ClockAhead, new StateVersion(Number128(random))),
        SyncType.MemberProbe => new MemberProbe(Number(random, 64), new NodeId(Number128(random))),
        SyncType.MemberProbed => new MemberProbed(Number(random, 64), Bool(random)),
        SyncType.Hold => new Hold(Graph(random), UInt(random), new MembershipDigest(Number128(random)), Some(random, WireLimits.SampleAddresses, _ => Address(random))),
        SyncType.HoldingAck => new HoldingAck(Graph(random), UInt(random), new MembershipDigest(Number128(random)), Bool(random), Bits(random)),
        SyncType.ForwardAction => new ForwardAction(
            Number(random, 64), Graph(random), Bool(random) ? Priority.Finalize : Priority.Basic(UInt(random)), Bool(random) ? AckMode.Replicated : AckMode.Local,
            UInt(random), Bytes(random, random.Next(60))),
        SyncType.ForwardResult => Bool(random)
            ? new ForwardResult(Number(random, 64), Address(random), null, "")
            : new ForwardResult(Number(random, 64), Bool(random) ? Address(random) : null, SyncErrorKind.NotReplicated, new string('é', random.Next(40))),
        SyncType.RelayOpen => new RelayOpen(UInt(random), new PeerIdentity(new NodeId(Number128(random)), new InstanceId(Number(random, 64))), Int(random)),
        SyncType.Relay => new Relay(UInt(random), Bool(random), Bytes(random, random.Next(60))),
        SyncType.RelayClose => new RelayClose(UInt(random), Bool(random), Bool(random) ? null : SyncErrorKind.Busy),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "a type without a generator"),
    };

    public static CommandId Id(Random random) => new(Bytes(random, CommandId.Size));

    public static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A number of up to so many bits, each length as likely.</summary>
    public static ulong Number(Random random, int bits)
    {
        var length = random.Next(bits + 1);
        var number = length == 0 ? 0 : (ulong)random.NextInt64(long.MinValue, long.MaxValue) >> 64 - length;
        return length == 0 ? 0 : number | BitOperations.RotateRight(1UL, 1) >> 64 - length;
    }

    /// <summary>An entry: any key, JSON of some kind or none, stamps and times to live of every length.</summary>
    public static StateEntry Entry(Random random)
    {
        var key = new string([.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => "abcé\u0001 \"/"[random.Next(8)])]);
        var stamp = new StateStamp((long)Number(random, 53), UInt(random), new NodeId(Number128(random)));
        var ttl = 1 + (long)Number(random, 52);
        return random.Next(4) == 0
            ? StateEntry.Tombstone(key, stamp, ttl)
            : StateEntry.Live(key, Json(random), stamp, Bool(random) ? ttl : null);
    }

    /// <summary>A JSON value.</summary>
    public static byte[] Json(Random random) => System.Text.Encoding.UTF8.GetBytes(random.Next(6) switch
    {
        0 => "null",
        1 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        2 => "\"" + new string('ü', random.Next(60)) + "\"",
        3 => "[1,true,{\"a\":[]}]",
        4 => "{\"on\":false,\"limit\":" + random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture) + "}",
        _ => "-1.5e3",
    });

    private static UInt128 Number128(Random random) => new(Number(random, 64), Number(random, 64));

    private static StateName State(Random random) => new(new string('s', random.Next(1, StateName.MostBytes + 1)));

    private static ExchangeId Exchange(Random random) => new(Number(random, 64));

    private static StateRange Range(Random random)
    {
        var depth = random.Next(StateRange.MostDepth + 1);
        return new StateRange(depth, (uint)Number(random, depth));
    }

    private static StateRangeContent[] Ranges(Random random) =>
        [.. Enumerable.Range(0, random.Next(17)).Select(i => new StateRangeContent(new StateRange(4, (uint)i), Some(random, 50, _ => Number(random, 64))))];

    private static CommandBlock Block(Random random) =>
        CommandBlock.Encode(Commands(random, random.Next(1, 30), before: random.Next(3)));

    private static T[] Some<T>(Random random, int limit, Func<int, T> make) =>
        [.. Enumerable.Range(0, random.Next(4) == 0 ? limit : random.Next(4)).Select(make)];

    private static Sample Sample(Random random)
    {
        var addresses = Some(random, WireLimits.SampleAddresses, _ => Address(random));
        return new Sample(random.Next(addresses.Length + 1), Bool(random), addresses);
    }

    private static bool[] Bits(Random random) =>
        [.. Enumerable.Range(0, random.Next(WireLimits.SampleAddresses + 1)).Select(_ => Bool(random))];

    private static Address Address(Random random) => new(Id(random), Int(random));

    private static GraphId Graph(Random random) => new(Id(random));

    private static SessionId Session(Random random) => new(Number(random, 64));

    private static SubscriptionId Subscription(Random random) => new(Number(random, 64));

    private static bool Bool(Random random) => random.Next(2) == 1;

    private static int Int(Random random) => (int)Number(random, 31);

    private static uint UInt(Random random) => (uint)Number(random, 32);
}
