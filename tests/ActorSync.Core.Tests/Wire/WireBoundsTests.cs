using ActorSync.Graphs;
using ActorSync.Wire;

namespace ActorSync.Core.Tests.Wire;

/// <summary>Every list of every message: one item more than its limit is refused, and a count without its items too.</summary>
public sealed class WireBoundsTests
{
    // What stands before each list, its limit, and one item of it.
    private static readonly Dictionary<string, (SyncType Type, Action<WireWriter> Before, int Limit, int ItemBytes)> Lists = new()
    {
        ["Poll's sample"] = (SyncType.Poll, to => Fields(to, session: 1, ids: 1, numbers: 3, moreIds: 1), WireLimits.SampleAddresses, CommandId.Size + 1),
        ["Narrow's bits"] = (SyncType.Narrow, to => Fields(to, session: 1, numbers: 1), WireLimits.SampleAddresses, 1),
        ["Narrowed's short ids"] = (SyncType.Narrowed, to => Fields(to, session: 1), WireLimits.ShortIds, ShortId.Size),
        ["Subscribe's graphs"] = (SyncType.Subscribe, to => Fields(to, session: 1, numbers: 3), WireLimits.GraphsPerSubscribe, CommandId.Size + 3),
        ["Subscribe's sample"] = (SyncType.Subscribe, to => Fields(to, session: 1, numbers: 3, one: true, moreIds: 1), WireLimits.SampleAddresses, CommandId.Size + 1),
        ["Subscribed's graphs"] = (SyncType.Subscribed, to => Fields(to, session: 1, numbers: 3), WireLimits.GraphsPerSubscribe, CommandId.Size + 2),
        ["Subscribed's bits"] = (SyncType.Subscribed, to => Fields(to, session: 1, numbers: 3, one: true, moreIds: 1, moreNumbers: 1), WireLimits.SampleAddresses, 1),
        ["Unsubscribe's graphs"] = (SyncType.Unsubscribe, to => Fields(to, session: 1, numbers: 1), WireLimits.GraphsPerSubscribe, CommandId.Size),
        ["PushAck's heads"] = (SyncType.PushAck, to => Fields(to, session: 1, ids: 1, numbers: 1), WireLimits.SampleAddresses, CommandId.Size + 1),
        ["NumberGraphs' graphs"] = (SyncType.NumberGraphs, to => Fields(to, session: 1), WireLimits.GraphsPerSubscribe, CommandId.Size + 1),
        ["RequestMissing's indexes"] = (SyncType.RequestMissing, to => Fields(to, session: 1), WireLimits.MissingIndexes, 1),
        ["StateDigests' digests"] = (SyncType.StateDigests, to => State(to, 1), WireLimits.StateDigests, 8),
        ["StateCompare's ranges"] = (SyncType.StateCompare, to => State(to, 16), WireLimits.StateRanges, 3),
        ["StateCompare's fingerprints"] = (SyncType.StateCompare, to => State(to, 16, 1, 0, 0), WireLimits.StateFingerprints, 8),
        ["StateEntries' bits"] = (SyncType.StateEntries, to => State(to, 1), WireLimits.StateFingerprints, 1),
        ["StateEntries' entries"] = (SyncType.StateEntries, to => State(to, 2), WireLimits.StateEntriesPerMessage, 21),
        ["StatePush's entries"] = (SyncType.StatePush, to => State(to, 17), WireLimits.StateEntriesPerMessage, 21),
        ["a state's key"] = (SyncType.StatePush, to => State(to, 17, 1, 0), WireLimits.StateKeyBytes, 1),
        ["Hold's heads"] = (SyncType.Hold, to => Fields(to, ids: 1, numbers: 1, moreNumbers: 16), WireLimits.SampleAddresses, CommandId.Size + 1),
        ["HoldingAck's bits"] = (SyncType.HoldingAck, to => Fields(to, ids: 1, numbers: 1, moreNumbers: 17), WireLimits.SampleAddresses, 1),
        ["ForwardResult's sentence"] = (SyncType.ForwardResult, to => Fields(to, session: 1, numbers: 1, one: true), WireLimits.SentenceBytes, 1),
        ["Error's sentence"] = (SyncType.Error, to => Fields(to, numbers: 0, error: true), WireLimits.SentenceBytes, 1),
    };

    public static TheoryData<string> Names => [.. Lists.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void OneItemMoreThanTheLimitIsRefused(string name)
    {
        var list = Lists[name];
        var error = Decode(list.Type, list.Before, list.Limit + 1, list.ItemBytes * (list.Limit + 1) + 1000);
        Assert.Equal(SyncErrorKind.LimitExceeded, error.Kind);
        Assert.Contains($"{list.Limit + 1}, and at most {list.Limit} are allowed", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheLimitItselfIsNotWhatIsRefused(string name)
    {
        var list = Lists[name];
        Assert.NotEqual(SyncErrorKind.LimitExceeded, Decode(list.Type, list.Before, list.Limit, list.ItemBytes * list.Limit + 1000).Kind);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ACountWithoutItsItemsIsRefusedBeforeAnythingIsAllocated(string name)
    {
        var list = Lists[name];
        foreach (var count in new[] { (ulong)list.Limit, 1UL << 31, 1UL << 63, ulong.MaxValue })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.NotNull(Decode(list.Type, list.Before, count, 0));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8192);
        }
    }

    // The name "s", exchange and round, then zeros, then these numbers.
    private static void State(WireWriter to, int zeros, params byte[] numbers)
    {
        to.Raw([1, (byte)'s']);
        to.Raw(new byte[8 + 1 + zeros]);
        to.Raw(numbers);
    }

    private static SyncError Decode(SyncType type, Action<WireWriter> before, ulong count, int zeros)
    {
        var writer = new WireWriter(256);
        writer.Byte(WireLimits.Version);
        writer.Byte((byte)type);
        before(writer);
        writer.Number(count);
        writer.Raw(new byte[zeros]);
        return SyncCodec.Decode(writer.Written, WireLimits.Default).Error!;
    }

    private static SyncError Decode(SyncType type, Action<WireWriter> before, int count, int zeros) => Decode(type, before, (ulong)count, zeros);

    private static void Fields(
        WireWriter to, int session = 0, int ids = 0, int numbers = 0, bool one = false, int moreIds = 0, int moreNumbers = 0, bool error = false)
    {
        to.Raw(new byte[8 * session + CommandId.Size * ids + numbers]);
        if (one)
            to.Number(1);
        to.Raw(new byte[CommandId.Size * moreIds + moreNumbers]);
        if (!error)
            return;
        to.Number((ulong)SyncErrorKind.Busy);
        to.Fixed64(0);
        to.Flag(false);
    }
}
