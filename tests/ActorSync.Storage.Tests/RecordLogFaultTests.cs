namespace ActorSync.Storage.Tests;

/// <summary>Failing writes, flushes and full disks: what is reported, and how the log goes on.</summary>
public sealed class RecordLogFaultTests
{
    private const string First = "/log/00000001.log";

    [Theory]
    [InlineData(FileAct.Write)]
    [InlineData(FileAct.Flush)]
    internal async Task What_waits_behind_a_failure_fails_with_it_and_later_appends_work(FileAct failing)
    {
        using var fixture = new LogFixture();
        var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "kept"));
        var (reached, release, failures) = (new TaskCompletionSource(), new ManualResetEventSlim(), 1);
        fixture.Files.Before = (act, _) =>
        {
            if (act != failing || Interlocked.Decrement(ref failures) < 0)
                return;
            reached.SetResult();
            release.Wait();
            throw LogFixture.Broken();
        };
        var first = LogFixture.Append(log, "lost");
        await reached.Task;
        var behind = LogFixture.Append(log, "lost too");
        release.Set();
        foreach (var error in await Task.WhenAll(first, behind))
        {
            Assert.Equal(SyncErrorKind.StoreFailed, error!.Kind);
            Assert.Contains(First, error.Message, StringComparison.Ordinal);
            Assert.Contains("the disk broke", error.Message, StringComparison.Ordinal);
        }
        Assert.Null(await LogFixture.Append(log, "kept too"));
        await log.CloseAsync();
        await using var again = fixture.Open().Value;
        Assert.Equal(["kept", "kept too"], fixture.Read);
        Assert.Equal(0, again.TornBytes);
    }

    [Fact]
    public async Task A_log_goes_on_after_an_owner_has_thrown_while_it_wrote_for_him()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Never };
        var log = fixture.Create();
        log.Committed = (_, _) => throw new InvalidOperationException("a bug");
        await Assert.ThrowsAsync<InvalidOperationException>(() => LogFixture.Append(log, "one"));
        log.Committed = null;
        Assert.Null(await LogFixture.Append(log, "two"));
        Assert.True(await log.CloseAsync());
        await using var again = fixture.Open().Value;
        Assert.Equal(["one", "two"], fixture.Read);
    }

    [Fact]
    public async Task A_full_disk_is_named_gives_its_space_back_and_is_forgotten_when_there_is_room()
    {
        using var fixture = new LogFixture();
        var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "kept"));
        var length = fixture.Files[First].Length;
        fixture.Files.Capacity = length + 100;
        for (var i = 0; i < 3; i++)
        {
            var error = await LogFixture.Append(log, new string('x', 200));
            Assert.Contains("the disk is full; make room", error!.Message, StringComparison.Ordinal);
            Assert.Equal(length, fixture.Files[First].Length);
        }
        Assert.Null(await LogFixture.Append(log, "fits"));
        fixture.Files.Capacity = long.MaxValue;
        Assert.Null(await LogFixture.Append(log, new string('y', 200)));
        await log.CloseAsync();
        await using var again = fixture.Open().Value;
        Assert.Equal(["kept", "fits", new string('y', 200)], fixture.Read);
    }

    [Fact]
    public async Task While_the_file_cannot_be_repaired_every_append_fails_and_the_first_after_works()
    {
        using var fixture = new LogFixture();
        var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "kept"));
        fixture.Files.Before = (act, _) => throw LogFixture.Broken();
        for (var i = 0; i < 5; i++)
            Assert.Equal(SyncErrorKind.StoreFailed, (await LogFixture.Append(log, $"lost {i}"))!.Kind);
        fixture.Files.Before = (_, _) => { };
        Assert.Null(await LogFixture.Append(log, "kept too"));
        await log.CloseAsync();
        await using var again = fixture.Open().Value;
        Assert.Equal(["kept", "kept too"], fixture.Read);
    }

    [Fact]
    public async Task An_append_begun_in_ignorance_of_a_failure_is_refused()
    {
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "two items", items: 2, first: 0));
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Write)
                throw LogFixture.Broken();
        };
        Assert.NotNull(await LogFixture.Append(log, "three items", items: 3, first: 2));
        fixture.Files.Before = (_, _) => { };
        var error = await LogFixture.Append(log, "follows them", items: 1, first: 5);
        Assert.Equal(SyncErrorKind.StoreFailed, error!.Kind);
        Assert.Contains("expects number 5 and would get 2", error.Message, StringComparison.Ordinal);
        Assert.Null(await LogFixture.Append(log, "knows", items: 1, first: 2));
    }

    [Fact]
    public async Task After_a_failed_interval_flush_what_was_acknowledged_is_written_once_more()
    {
        var time = new ManualTime();
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Interval, Time = time };
        var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "acknowledged"));
        var (failed, rewritten) = (new TaskCompletionSource(), new TaskCompletionSource());
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Flush && failed.TrySetResult())
                throw LogFixture.Broken();
            if (act == FileAct.Write)
                rewritten.TrySetResult();
        };
        time.Advance(TimeSpan.FromSeconds(1));
        await failed.Task;
        // The next turn of the log first repairs: here the append's, whose own write is the second.
        Assert.Null(await LogFixture.Append(log, "later"));
        await rewritten.Task;
        using var crashed = new LogFixture(fixture.Files.Copy(flushedOnly: true));
        await using (var again = crashed.Open().Value)
            Assert.Equal("acknowledged", Assert.Single(crashed.Read));
        await log.CloseAsync();
    }

    [Fact]
    public async Task When_the_next_file_cannot_be_made_the_old_one_takes_no_more()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { SegmentBytes = 4096 };
        var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, new string('a', 3000)));
        fixture.Files.Before = (act, path) =>
        {
            if (act == FileAct.Flush && path.EndsWith("2.log", StringComparison.Ordinal))
                throw LogFixture.Broken();
        };
        Assert.NotNull(await LogFixture.Append(log, new string('b', 3000)));
        fixture.Files.Before = (_, _) => { };
        Assert.Null(await LogFixture.Append(log, "would have fit"));
        await log.CloseAsync();
        await using var again = fixture.Open().Value;
        Assert.Equal([new string('a', 3000), "would have fit"], fixture.Read);
        Assert.Equal(3000 + 32 + RecordFormat.HeadSize, fixture.Files[First].Length);
    }

    [Fact]
    public async Task Random_faults_lose_nothing_acknowledged_and_bring_back_nothing_failed_while_the_process_lives()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            using var fixture = new LogFixture();
            fixture.Options = fixture.Options with { SegmentBytes = 4096, Fsync = (FsyncMode)(seed % 2 * 2) };
            var log = fixture.Create();
            var acknowledged = new List<string>();
            fixture.Files.Before = (act, _) =>
            {
                if (random.Next(6) == 0)
                    throw LogFixture.Broken();
            };
            for (var i = 0; i < 80; i++)
            {
                var text = $"{i} {new string('x', random.Next(600))}";
                if (await LogFixture.Append(log, text) is null)
                    acknowledged.Add(text);
            }
            fixture.Files.Before = (_, _) => { };
            Assert.True(await log.CloseAsync(), $"seed {seed}");
            using var onDisk = new LogFixture(fixture.Files.Copy(flushedOnly: true));
            await using var again = onDisk.Open().Value;
            Assert.True(acknowledged.SequenceEqual(onDisk.Read), $"seed {seed}");
        }
    }
}
