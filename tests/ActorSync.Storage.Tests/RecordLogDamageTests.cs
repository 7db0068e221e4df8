namespace ActorSync.Storage.Tests;

/// <summary>Cut and flipped files: a torn tail is cut and counted, damage is named, and nothing wrong is ever read.</summary>
public sealed class RecordLogDamageTests
{
    private const string First = "/log/00000001.log";
    private const string Second = "/log/00000002.log";
    private static readonly string[] Texts = ["alpha", "", "gamma gamma", "delta", "epsilon!"];

    // Five appends, each flushed, as a killed process leaves them; or closed.
    private static async Task<MemoryFiles> FiveRecords(bool closed)
    {
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        foreach (var text in Texts)
            Assert.Null(await LogFixture.Append(log, text));
        if (closed)
            await log.CloseAsync();
        return fixture.Files.Copy();
    }

    [Fact]
    public async Task Cut_at_any_byte_the_whole_records_are_kept_and_the_log_goes_on()
    {
        var bytes = (await FiveRecords(closed: true))[First];
        for (var length = RecordFormat.SegmentHeaderSize; length <= bytes.Length; length++)
        {
            using var fixture = new LogFixture();
            fixture.Files[First] = bytes[..length];
            await using (var log = fixture.Open().Value)
            {
                Assert.Equal(Texts.Take(fixture.Read.Count), fixture.Read);
                var intact = 32 + fixture.Read.Sum(text => text.Length + RecordFormat.HeadSize) + (length == bytes.Length ? RecordFormat.HeadSize : 0);
                Assert.Equal(length - intact, log.TornBytes);
                Assert.Equal(intact, fixture.Files[First].Length);
                Assert.Null(await LogFixture.Append(log, "on"));
            }
            var kept = fixture.Read.ToList();
            await using var again = fixture.Open().Value;
            Assert.Equal([.. kept, "on"], fixture.Read);
            Assert.Equal(0, again.TornBytes);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Any_flipped_bit_is_found_and_only_the_last_flush_can_pass_for_torn(bool closed)
    {
        var bytes = (await FiveRecords(closed))[First];
        var last = bytes.Length - (closed ? RecordFormat.HeadSize : Texts[^1].Length + RecordFormat.HeadSize);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            using var fixture = new LogFixture();
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            fixture.Files[First] = flipped;
            var opened = fixture.Open();
            if (bit / 8 < last)
            {
                Assert.Equal(SyncErrorKind.StoreDamaged, opened.Error!.Kind);
                Assert.Contains(First, opened.Error.Message, StringComparison.Ordinal);
                Assert.Equal(flipped, fixture.Files[First]);
                continue;
            }
            await using var log = opened.Value;
            Assert.Equal(closed ? Texts : Texts[..^1], fixture.Read);
            Assert.Equal(bytes.Length - last, log.TornBytes);
        }
    }

    [Fact]
    public async Task Damage_is_named_with_its_byte()
    {
        var files = await FiveRecords(closed: true);
        var bytes = files[First];
        bytes[32 + RecordFormat.HeadSize + 5 + RecordFormat.HeadSize + RecordFormat.HeadSize] ^= 1;
        files[First] = bytes;
        using var fixture = new LogFixture(files);
        Assert.Contains($"damaged at byte {32 + 5 + 2 * RecordFormat.HeadSize}:", fixture.Open().Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_was_half_on_the_disk_is_cut_whole_even_if_its_end_is_there()
    {
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "acknowledged"));
        var (reached, release) = (new TaskCompletionSource(), new ManualResetEventSlim());
        fixture.Files.Before = (act, _) =>
        {
            if (act == FileAct.Flush && reached.TrySetResult())
                release.Wait();
        };
        var lone = LogFixture.Append(log, "lone");
        await reached.Task;
        var group = new[] { LogFixture.Append(log, "one"), LogFixture.Append(log, "two"), LogFixture.Append(log, "three") };
        release.Set();
        await Task.WhenAll([lone, .. group]);

        // The pages of the group reached the disk out of order: "one" did not.
        var bytes = fixture.Files[First];
        bytes.AsSpan(32 + 12 + 4 + 2 * RecordFormat.HeadSize, 3 + RecordFormat.HeadSize).Clear();
        using var crashed = new LogFixture();
        crashed.Files[First] = bytes;
        await using var again = crashed.Open().Value;
        Assert.Equal(["acknowledged", "lone"], crashed.Read);
        Assert.Equal(11 + 3 * RecordFormat.HeadSize, again.TornBytes);
    }

    [Fact]
    public async Task A_payload_that_looks_like_records_is_not_taken_for_them()
    {
        var copy = await FiveRecords(closed: false);
        using var fixture = new LogFixture();
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, "first"));
        Assert.Null(await log.AppendAsync(1, [.. new byte[RecordFormat.HeadSize], .. copy[First]]));
        var bytes = fixture.Files[First];
        bytes[32 + 5 + 2 * RecordFormat.HeadSize] ^= 1;
        using var crashed = new LogFixture();
        crashed.Files[First] = bytes;
        await using var again = crashed.Open().Value;
        Assert.Equal("first", Assert.Single(crashed.Read));
    }

    [Fact]
    public async Task Only_the_newest_file_may_be_torn()
    {
        var files = await TwoFiles();
        using var fixture = new LogFixture(files);
        files[First] = files[First][..^1];
        Assert.Contains("newer files follow", fixture.Open().Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(First)]
    [InlineData("/log/00000002.log")]
    public async Task A_missing_file_is_damage(string missing)
    {
        var files = await TwoFiles();
        files["/log/00000003.log"] = files[Second];
        files.DeleteFile(missing);
        using var fixture = new LogFixture(files);
        var error = fixture.Open().Error!;
        Assert.Equal(SyncErrorKind.StoreDamaged, error.Kind);
        Assert.Contains(missing, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_place_of_another_is_damage()
    {
        var files = await TwoFiles();
        files[First] = files[Second];
        using var fixture = new LogFixture(files);
        Assert.Contains("its header says segment 00000002", fixture.Open().Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_making_was_cut_short_is_made_again()
    {
        for (var length = 0; length <= RecordFormat.SegmentHeaderSize; length++)
        {
            var files = await TwoFiles();
            var header = files[Second][..length];
            if (length == RecordFormat.SegmentHeaderSize)
                header[20] ^= 1;
            files[Second] = header;
            using var fixture = new LogFixture(files);
            fixture.Options = fixture.Options with { SegmentBytes = 4096 };
            await using (var log = fixture.Open().Value)
            {
                Assert.Single(fixture.Read);
                Assert.False(files.FileExists(Second));
                Assert.Null(await LogFixture.Append(log, new string('c', 3000)));
            }
            await using var again = fixture.Open().Value;
            Assert.Equal([new string('a', 3000), new string('c', 3000)], fixture.Read);
        }
    }

    [Fact]
    public async Task A_newer_format_is_refused_by_its_number()
    {
        var files = await FiveRecords(closed: true);
        var bytes = files[First];
        bytes[8] = 2;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(28), Crc.Of(bytes.AsSpan(0, 28)));
        files[First] = bytes;
        using var fixture = new LogFixture(files);
        Assert.Contains("format version 2, this program reads version 1", fixture.Open().Error!.Message, StringComparison.Ordinal);
    }

    private static async Task<MemoryFiles> TwoFiles()
    {
        using var fixture = new LogFixture();
        fixture.Options = fixture.Options with { SegmentBytes = 4096 };
        await using var log = fixture.Create();
        Assert.Null(await LogFixture.Append(log, new string('a', 3000)));
        Assert.Null(await LogFixture.Append(log, new string('b', 3000)));
        return fixture.Files.Copy();
    }
}
