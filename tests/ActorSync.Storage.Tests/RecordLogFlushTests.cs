namespace ActorSync.Storage.Tests;

/// <summary>A flush on request goes through the descriptor that the log writes with, the only one that is told of every failure.</summary>
public sealed class RecordLogFlushTests
{
    private const string First = "/log/00000001.log";

    [Fact]
    public async Task What_was_committed_without_a_flush_is_on_the_disk_when_one_was_asked_for_and_no_file_is_opened_for_it()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Never };
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "one"));
        var flushed = fixture.Files.Copy(flushedOnly: true)[First].Length;
        fixture.Files.Before = (act, path) => Assert.NotEqual(FileAct.Open, act);
        Assert.Null(await log.FlushAsync());
        Assert.True(fixture.Files.Copy(flushedOnly: true)[First].Length > flushed);
        Assert.Equal(fixture.Files[First], fixture.Files.Copy(flushedOnly: true)[First]);
        fixture.Files.Before = (_, _) => { };
    }

    [Fact]
    public async Task A_flush_that_fails_is_told_and_the_next_one_writes_again_what_the_system_forgot()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Never };
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "one"));
        var failures = 1;
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Flush && Interlocked.Decrement(ref failures) >= 0)
                throw LogFixture.Broken();
        };
        var error = await log.FlushAsync();
        Assert.Equal(SyncErrorKind.StoreFailed, error!.Kind);
        Assert.Contains(First, error.Message, StringComparison.Ordinal);
        Assert.Null(await log.FlushAsync());
        Assert.Equal(fixture.Files[First], fixture.Files.Copy(flushedOnly: true)[First]);
    }

    [Fact]
    public async Task Of_a_log_that_is_closed_the_answer_is_how_that_ended()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { Fsync = FsyncMode.Interval };
        var log = fixture.Create();
        var asked = log.FlushAsync();
        Assert.True(await log.CloseAsync());
        Assert.Null(await asked);
        Assert.Null(await log.FlushAsync());
    }
}
