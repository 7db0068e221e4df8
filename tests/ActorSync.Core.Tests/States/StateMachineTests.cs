using System.Text;
using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.States;

namespace ActorSync.Core.Tests.States;

/// <summary>The writer of a state: what it takes and refuses, and what it says when.</summary>
public sealed class StateMachineTests
{
    private static readonly NodeId Self = new(1);
    private static readonly NodeId Peer = new(2);
    private static readonly WallTime Now = RandomState.Now;

    [Fact]
    public void AWriteIsSeenAndAnsweredOnceItIsDurable()
    {
        var writer = new Writer();
        writer.Set("k", "1");
        var append = Assert.Single(writer.Take<StateOutput.Append>());
        Assert.Equal(0, writer.Machine.Table.Count);
        writer.Handle(new StateInput.Committed(append.Number, Now));
        var result = writer.Take<StateOutput.Applied>().Single().Result.Value;
        Assert.Equal([MergeOutcome.Won], result.Outcomes);
        Assert.Equal(writer.Machine.Table.Version, result.Version);
        Assert.Equal("k", writer.Take<StateOutput.Changed>().Single().Entries.Single().Key);
        Assert.True(writer.Machine.Table.TryGetLive("k", Now, out _));
    }

    [Fact]
    public void AFailedAppendChangesNothingAndTheNextOneWorks()
    {
        var writer = new Writer();
        writer.Set("k", "1");
        writer.Set("k", "2");
        var appends = writer.Take<StateOutput.Append>();
        writer.Handle(new StateInput.CommitFailed(appends[0].Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"), Now));
        Assert.Equal(SyncErrorKind.StoreFailed, writer.Take<StateOutput.Applied>().Single().Result.Error!.Kind);
        Assert.True(writer.Machine.Table.Version.IsEmpty);
        writer.Handle(new StateInput.Committed(appends[1].Number, Now));
        Assert.Equal("2", writer.Value("k"));
    }

    [Fact]
    public void WritesOfOneMillisecondKeepTheirOrder()
    {
        var writer = new Writer();
        for (var i = 0; i < 100; i++)
            writer.Set("k", i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foreach (var append in writer.Take<StateOutput.Append>().Reverse())
            writer.Handle(new StateInput.Committed(append.Number, Now));
        Assert.Equal("99", writer.Value("k"));
    }

    [Fact]
    public void AWriteWinsOverWhatIsOnItsWayToTheStoreAheadOfThisClock()
    {
        var writer = new Writer();
        writer.Receive([RandomState.Live("k", 1, Now.Milliseconds + 240_000, counter: 3, node: 9)]);
        writer.Set("k", "2");
        writer.Commit();
        Assert.Equal("2", writer.Value("k"));
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("[\"\\udc00\\ud800\"]")]
    public void AValueThatNobodyCouldReadIsNone(string json)
    {
        Assert.NotNull(StateJson.Fault(Encoding.UTF8.GetBytes(json)));
        Assert.NotNull(ActorSync.States.Json.EntryJsonReader.ReadEntries(Encoding.UTF8.GetBytes($"{{\"k\": {{\"ts\": 1, \"value\": {json}}}}}"), TimeSpan.FromHours(1)).Error);
        Assert.Equal(SyncErrorKind.InvalidRequest, new Writer().Refusal("k", json).Kind);
        Assert.Null(StateJson.Fault("\"\\ud83d\\ude00\""u8));
    }

    [Fact]
    public void AWriteWinsOverWhatAPeerWroteAheadOfThisClock()
    {
        var writer = new Writer();
        writer.Receive([RandomState.Live("k", 1, Now.Milliseconds + 240_000, counter: 3, node: 9)]);
        writer.Commit();
        writer.Set("k", "2");
        writer.Commit();
        Assert.Equal("2", writer.Value("k"));
    }

    [Fact]
    public void AnEarlierWriteIsSaidToBeOlder()
    {
        var writer = new Writer();
        writer.Set("k", "2");
        writer.Commit();
        writer.Handle(new StateInput.Set(2, [StateSet.To("k", RandomState.Json(1), null, Now.Milliseconds - 1), StateSet.To("e", RandomState.Json(1), 1, Now.Milliseconds - 10_000_000)], Now));
        writer.Commit();
        Assert.Equal([MergeOutcome.Known, MergeOutcome.Past], writer.Take<StateOutput.Applied>()[^1].Result.Value.Outcomes);
        Assert.Equal("2", writer.Value("k"));
    }

    [Fact]
    public void WhereAllAreToWinOneThatIsOlderOrPastKeepsTheOthersOut()
    {
        var writer = new Writer();
        writer.Set("held", "2");
        writer.Commit();
        writer.Set("waits", "2");
        writer.Take<StateOutput.Applied>();
        var early = Now.Milliseconds - 1;
        foreach (var (loser, ttl) in new[] { ("held", (long?)null), ("waits", null), ("past", 1) })
        {
            var time = loser == "past" ? Now.Milliseconds - 10_000_000 : early;
            writer.Handle(new StateInput.Set(2, [StateSet.To("new", RandomState.Json(1)), StateSet.To(loser, RandomState.Json(1), ttl, time)], Now, AllWin: true));
            var error = Assert.Single(writer.Take<StateOutput.Applied>()).Result.Error!;
            Assert.Equal(SyncErrorKind.InvalidRequest, error.Kind);
            Assert.Contains($"nothing was written: the write of \"{loser}\" is older", error.Message, StringComparison.Ordinal);
        }
        writer.Commit();
        Assert.Equal(("2", "2", null), (writer.Value("held"), writer.Value("waits"), writer.Value("new")));
    }

    [Fact]
    public void WhatIsHeldAlreadyAsItIsMayBeWrittenAgain()
    {
        var writer = new Writer();
        for (var i = 0; i < 2; i++)
        {
            writer.Handle(new StateInput.Set(2, [StateSet.To("k", RandomState.Json(1), null, Now.Milliseconds - 1)], Now, AllWin: true));
            writer.Commit();
            Assert.Null(Assert.Single(writer.Take<StateOutput.Applied>()).Result.Error);
        }
    }

    [Fact]
    public void OneBadWriteRefusesAllOfItsSet()
    {
        var year = (long)TimeSpan.FromDays(365).TotalMilliseconds;
        (StateSet Set, SyncErrorKind Kind, string Sentence)[] bad =
        [
            (StateSet.To("", RandomState.Json(1)), SyncErrorKind.InvalidRequest, "at least one character"),
            (StateSet.To("\ud800", RandomState.Json(1)), SyncErrorKind.InvalidRequest, "surrogate"),
            (StateSet.To(new string('k', 64 << 10), RandomState.Json(1)), SyncErrorKind.LimitExceeded, "65536 bytes and may have 512"),
            (StateSet.To("k", new byte[65_537]), SyncErrorKind.LimitExceeded, "65537 bytes and may have 65536"),
            (StateSet.To("k", "{\"a\":"u8.ToArray()), SyncErrorKind.InvalidRequest, "no JSON"),
            (StateSet.To("k", "1 2"u8.ToArray()), SyncErrorKind.InvalidRequest, "no JSON"),
            (StateSet.To("k", ""u8.ToArray()), SyncErrorKind.InvalidRequest, "no JSON"),
            (StateSet.To("k", new byte[] { (byte)'"', 0xff, (byte)'"' }), SyncErrorKind.InvalidRequest, "UTF-8"),
            (StateSet.To("k", Encoding.UTF8.GetBytes(new string('[', 65) + new string(']', 65))), SyncErrorKind.InvalidRequest, "no JSON"),
            (StateSet.To("k", RandomState.Json(1), 0), SyncErrorKind.InvalidRequest, "a ttl is 1 to"),
            (StateSet.To("k", RandomState.Json(1), null, -1), SyncErrorKind.InvalidRequest, "a ts is 0 to"),
            (StateSet.To("k", RandomState.Json(1), null, Now.Milliseconds + year), SyncErrorKind.ClockAhead, "ahead of this node's clock"),
        ];
        foreach (var (set, kind, sentence) in bad)
        {
            var writer = new Writer();
            writer.Handle(new StateInput.Set(1, [StateSet.To("good", RandomState.Json(1)), set], Now));
            var error = Assert.Single(writer.Take<StateOutput.Applied>()).Result.Error!;
            Assert.Equal(kind, error.Kind);
            Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
            Assert.Empty(writer.Take<StateOutput.Append>());
        }
    }

    [Fact]
    public void WhiteSpaceOfAValueIsNotKeptButThatInItsStringsIs()
    {
        var writer = new Writer();
        writer.Set("k", "{ \"a b\" :\t[1, \"x \\\" y\\\\\" ,\n \" \" ] }");
        writer.Commit();
        Assert.Equal("{\"a b\":[1,\"x \\\" y\\\\\",\" \"]}", writer.Value("k"));
    }

    [Fact]
    public void OfAPeersEntriesTheGoodAreTakenAndTheBadAreTold()
    {
        var writer = new Writer();
        var year = Now.Milliseconds + (long)TimeSpan.FromDays(365).TotalMilliseconds;
        writer.Receive([RandomState.Live("good", 1, Now.Milliseconds), RandomState.Live("ahead", 1, year), RandomState.Live("edge", 1, Now.Milliseconds + 300_000), RandomState.Live("over", 1, Now.Milliseconds + 300_001)]);
        writer.Commit();
        var result = writer.Take<StateOutput.Received>().Single().Result.Value;
        Assert.Equal((2, 2), (result.Won, result.Refused));
        Assert.All(result.Reasons, reason => Assert.Equal(SyncErrorKind.ClockAhead, reason.Kind));
        Assert.Equal(["edge", "good"], writer.Machine.Table.Entries.Select(entry => entry.Key).Order());
    }

    [Fact]
    public void WhatIsHeldAlreadyIsNotStoredAgain()
    {
        var writer = new Writer();
        var entry = RandomState.Live("k", 2, Now.Milliseconds);
        writer.Receive([entry]);
        writer.Commit();
        writer.Receive([entry, RandomState.Live("k", 1, Now.Milliseconds - 1)]);
        Assert.Empty(writer.Take<StateOutput.Append>());
        Assert.Equal([1, 0], writer.Take<StateOutput.Received>().Select(received => received.Result.Value.Won));
    }

    [Fact]
    public void KeysBytesAndWhatWaitsAreBounded()
    {
        var writer = new Writer(new StateLimits { Keys = 3, Bytes = 980, ValueBytes = 900, PendingEntries = 2 });
        writer.Set("a", "1");
        writer.Set("b", "1");
        Assert.Equal(SyncErrorKind.Busy, writer.Refusal("c", "1").Kind);
        writer.Commit();
        writer.Set("c", "1");
        Assert.Contains("4 keys", writer.Refusal("d", "1").Message, StringComparison.Ordinal);
        writer.Commit();
        writer.Receive([RandomState.Live("d", 1, Now.Milliseconds), RandomState.Live("a", 5, Now.Milliseconds + 1)]);
        writer.Commit();
        var received = writer.Take<StateOutput.Received>()[^1].Result.Value;
        Assert.Equal((1, 1, SyncErrorKind.LimitExceeded), (received.Won, received.Refused, received.Reasons.Single().Kind));
        Assert.Contains("bytes and may have 980", writer.Refusal("a", "\"" + new string('x', 898) + "\"").Message, StringComparison.Ordinal);
        writer.Set("a", null);
        writer.Commit();
        Assert.Null(writer.Take<StateOutput.Applied>()[^1].Result.Error);
        Assert.Null(writer.Value("a"));
    }

    [Fact]
    public void WhatExpiresIsToldOnceAndTheDefaultTtlIsGiven()
    {
        var writer = new Writer(ttl: TimeSpan.FromSeconds(1));
        writer.Set("k", "1");
        writer.Commit();
        writer.Take<StateOutput.Changed>();
        writer.Handle(new StateInput.Tick(Now + TimeSpan.FromMilliseconds(1000)));
        Assert.Empty(writer.Take<StateOutput.Changed>());
        writer.Handle(new StateInput.Tick(Now + TimeSpan.FromMilliseconds(1001)));
        writer.Handle(new StateInput.Tick(Now + TimeSpan.FromMilliseconds(1002)));
        Assert.Equal("k", writer.Take<StateOutput.Changed>().Single().Expired.Single().Key);
    }

    private sealed class Writer
    {
        private readonly List<StateOutput> _outputs = [];

        public Writer(StateLimits? limits = null, TimeSpan? ttl = null)
        {
            var settings = RandomState.Settings with { Limits = limits ?? StateLimits.Default, DefaultTtl = ttl };
            Machine = new StateMachine(Self, settings, new StateTable(settings), new HybridClock(Self, settings.Limits.Ahead));
        }

        public StateMachine Machine { get; }

        public string? Value(string key) => Machine.Table.TryGetLive(key, Now, out var entry) ? Encoding.UTF8.GetString(entry.Value.Span) : null;

        public void Handle(StateInput input)
        {
            var outbox = new Outbox<StateOutput>();
            Machine.Handle(input, MonotonicTime.Zero, outbox);
            while (outbox.TryTake(out var output))
                _outputs.Add(output);
        }

        public void Set(string key, string? json) => Handle(new StateInput.Set(1, [json is null ? StateSet.Delete(key) : StateSet.To(key, Encoding.UTF8.GetBytes(json))], Now));

        public void Receive(StateEntry[] entries) => Handle(new StateInput.Receive(1, Peer, entries, Now));

        public SyncError Refusal(string key, string json)
        {
            Set(key, json);
            return Take<StateOutput.Applied>()[^1].Result.Error!;
        }

        public void Commit()
        {
            foreach (var append in Take<StateOutput.Append>())
                Handle(new StateInput.Committed(append.Number, Now));
        }

        // Appends stay to be committed once; what was looked at is no longer there.
        public T[] Take<T>()
            where T : StateOutput
        {
            var taken = _outputs.OfType<T>().ToArray();
            _outputs.RemoveAll(output => output is T);
            return taken;
        }
    }
}
