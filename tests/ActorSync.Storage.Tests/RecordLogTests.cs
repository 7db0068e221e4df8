namespace ActorSync.Storage.Tests;

public sealed class RecordLogTests
{
    private const string First = "/log/00000001.log";
    private const string Second = "/log/00000002.log";

    [Fact]
    public async Task Records_come_back_in_order_over_many_files()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { SegmentBytes = 4096 };
        var texts = Enumerable.Range(0, 300).Select(i => $"{i} {new string('x', i * 7 % 400)}").ToList();
        await using (var log = fixture.Create())
        {
            foreach (var text in texts)
                Assert.Null(await LogFixture.Append(log, text));
        }
        await using var again = fixture.Open().Value;
        Assert.Equal(texts, fixture.Read);
        Assert.True(fixture.Files.Files.Count > 10);
        Assert.All(fixture.Files.Files, path => Assert.InRange(fixture.Files[path].Length, 32, 4096 + RecordFormat.HeadSize));
    }

    [Fact]
    public async Task A_record_larger_than_a_file_gets_one_of_its_own()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { SegmentBytes = 4096 };
        string[] texts = ["small", new('l', 300_000), "small again"];
        await using (var log = fixture.Create())
            Assert.All(await Task.WhenAll(texts.Select(text => LogFixture.Append(log, text))), Assert.Null);
        await using var again = fixture.Open().Value;
        Assert.Equal(texts, fixture.Read);
        Assert.Equal(3, fixture.Files.Files.Count);
    }

    [Fact]
    public async Task Appends_that_wait_for_a_flush_share_the_next_one()
    {
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        var (reached, release) = (new TaskCompletionSource(), new ManualResetEventSlim());
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Flush && reached.TrySetResult())
                release.Wait();
        };
        var flushesBefore = fixture.Files.Flushes;
        var writesBefore = fixture.Files.Writes;
        var tasks = new List<Task<SyncError?>> { LogFixture.Append(log, "0") };
        await reached.Task;
        for (var i = 1; i < 64; i++)
            tasks.Add(LogFixture.Append(log, $"{i}"));
        Assert.DoesNotContain(tasks, task => task.IsCompleted);
        release.Set();
        Assert.All(await Task.WhenAll(tasks), Assert.Null);
        Assert.Equal(2, fixture.Files.Flushes - flushesBefore);
        Assert.Equal(2, fixture.Files.Writes - writesBefore);
        await log.CloseAsync();
        await using var again = fixture.Open().Value;
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"{i}"), fixture.Read);
    }

    [Fact]
    public async Task Appends_from_many_threads_are_each_there_once_and_in_the_order_of_their_caller()
    {
        using var fixture = new LogFixture();
        await using (var log = fixture.Create())
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
            {
                for (var i = 0; i < 100; i++)
                    Assert.Null(await LogFixture.Append(log, $"{writer} {i}"));
            })));
        }
        await using var again = fixture.Open().Value;
        Assert.Equal(800, fixture.Read.Count);
        for (var writer = 0; writer < 8; writer++)
            Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{writer} {i}"), fixture.Read.Where(text => text.StartsWith($"{writer} ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Acknowledged_with_always_means_flushed()
    {
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        for (var i = 0; i < 20; i++)
        {
            Assert.Null(await LogFixture.Append(log, $"{i}"));
            using var crashed = new LogFixture(fixture.Files.Copy(flushedOnly: true));
            await using var again = crashed.Open().Value;
            Assert.Equal(i + 1, crashed.Read.Count);
            Assert.Equal(0, again.TornBytes);
        }
    }

    [Fact]
    public async Task With_never_nothing_is_flushed_until_the_log_is_closed()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Never };
        var log = fixture.Create();
        var before = fixture.Files.Flushes;
        for (var i = 0; i < 20; i++)
            Assert.Null(await LogFixture.Append(log, $"{i}"));
        Assert.Equal(before, fixture.Files.Flushes);
        Assert.True(await log.CloseAsync());
        using var crashed = new LogFixture(fixture.Files.Copy(flushedOnly: true));
        await using var again = crashed.Open().Value;
        Assert.Equal(20, crashed.Read.Count);
    }

    [Theory]
    [InlineData(FsyncMode.Never)]
    [InlineData(FsyncMode.Interval)]
    public async Task Without_a_flush_to_wait_for_a_small_append_is_written_when_the_call_returns(FsyncMode fsync)
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = fsync };
        await using var log = fixture.Create();
        for (var i = 0; i < 20; i++)
        {
            var append = LogFixture.Append(log, $"{i}");
            Assert.True(append.IsCompleted);
            Assert.Null(await append);
        }
    }

    [Fact]
    public async Task With_interval_one_flush_follows_when_the_time_is_over()
    {
        var time = new ManualTime();
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Interval, FsyncInterval = TimeSpan.FromSeconds(5), Time = time };
        await using var log = fixture.Create();
        var flushed = new SemaphoreSlim(0);
        var before = fixture.Files.Flushes;
        Assert.Null(await LogFixture.Append(log, "one"));
        Assert.Null(await LogFixture.Append(log, "two"));
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(before, fixture.Files.Flushes);
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Flush)
                flushed.Release();
        };
        time.Advance(TimeSpan.FromSeconds(0.2));
        await flushed.WaitAsync();
        Assert.Null(await LogFixture.Append(log, "three"));
        Assert.Equal(before + 1, fixture.Files.Flushes);
    }

    [Fact]
    public async Task A_log_closed_again_without_appends_stays_as_it_is()
    {
        using var fixture = new LogFixture();
        await using (var log = fixture.Create())
            await LogFixture.Append(log, "one");
        var bytes = fixture.Files[First];
        for (var i = 0; i < 3; i++)
            await fixture.Open().Value.DisposeAsync();
        Assert.Equal(bytes, fixture.Files[First]);
    }

    [Fact]
    public async Task A_replacing_record_takes_the_place_of_the_files_before_it()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { IsReplaceable = true };
        await using (var log = fixture.Create())
        {
            await LogFixture.Append(log, "old");
            Assert.Null(await LogFixture.Append(log, "all", replacesAll: true));
            Assert.Null(await LogFixture.Append(log, "new"));
        }
        Assert.Equal([Second], fixture.Files.Files);
        await using var again = fixture.Open().Value;
        Assert.Equal(["all", "new"], fixture.Read);
    }

    [Fact]
    public async Task A_closed_log_takes_no_more()
    {
        using var fixture = new LogFixture();
        var log = fixture.Create();
        await log.CloseAsync();
        Assert.Equal(SyncErrorKind.ShuttingDown, (await LogFixture.Append(log, "late"))!.Kind);
    }
}
