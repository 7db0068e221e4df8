using System.Globalization;
using System.Text;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Stores;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>The power fails at every act of a workload on shared states: made, written to, compacted again and again, closed and opened.</summary>
public sealed class StateCrashTests
{
    private const long Now = 1_760_000_000_000;
    private const int Keys = 5;
    private const int Appends = 240;

    private static readonly StateName One = new("one");
    private static readonly StateName Untouched = new("untouched");

    private static readonly StoreSettings Settings = new()
    {
        Folder = "/data",
        WriterThreads = 1,
        SegmentBytes = StoreSettings.MinSegmentBytes,
        StateCompactBytes = 6 << 10,
    };

    [Fact]
    public async Task At_every_point_what_was_acknowledged_of_a_state_is_there_or_something_newer_that_was_begun()
    {
        var files = new RecordingFiles();
        var (made, appends) = await LiveAsync(files);
        Assert.InRange(files.Journal.Count, 500, 2000);
        // Compactions delete the files that they replace.
        Assert.True(files.Journal.Count(act => act.Act == FileAct.Delete && act.Path.EndsWith(".log", StringComparison.Ordinal)) > 10);
        await CrashEverywhere.RunAsync(new Disk(), files.Journal, point => [Loss.All, Loss.Nothing, Loss.Tail + point % 3], (crashed, point) => CheckAsync(crashed, point, made, appends));
    }

    // Two runs; appends alone and in groups that share a flush. When the state was made, and each append.
    private static async Task<(Deed Made, List<Deed> Appends)> LiveAsync(RecordingFiles files)
    {
        var (made, appends) = (new Deed(int.MaxValue), new List<Deed>());
        for (var run = 0; run < 2; run++)
        {
            await using var store = (await NodeStore.OpenAsync(Settings, files, new ManualTime())).Value;
            var begun = files.Now;
            var state = (await store.OpenStateAsync(One, StateSettings.Default)).Value.Store;
            made = run == 0 ? new Deed(begun, files.Now) : made;
            Assert.Null((await store.OpenStateAsync(Untouched, StateSettings.Default)).Error);
            for (var i = 0; i < Appends / 2;)
                i += await AppendAsync(files, state, appends, i % 10 == 5 ? 4 : 1);
        }
        return (made, appends);
    }

    private static async Task<int> AppendAsync(RecordingFiles files, IStateStore state, List<Deed> appends, int count)
    {
        var (first, begun) = (appends.Count, new List<Task<SyncError?>>());
        for (var i = 0; i < count; i++)
        {
            appends.Add(new Deed(files.Now));
            begun.Add(state.AppendAsync([Entry(first + i)]));
        }
        Assert.All(await Task.WhenAll(begun), Assert.Null);
        for (var i = 0; i < count; i++)
            appends[first + i] = appends[first + i] with { Done = files.Now };
        return count;
    }

    // The number of the append is its stamp, and it writes one of a few keys.
    private static StateEntry Entry(int number) => StateEntry.Live(
        "k" + (number % Keys).ToString(CultureInfo.InvariantCulture), ValueOf(number), new StateStamp(Now + number, 0, new NodeId(7)), null);

    private static byte[] ValueOf(int number) => Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture).PadLeft(220));

    private static async Task CheckAsync(MemoryFiles files, int point, Deed made, List<Deed> appends)
    {
        var expected = 0;
        for (var run = 0; run < 2; run++)
        {
            await using var store = (await NodeStore.OpenAsync(Settings, files, new ManualTime())).Value;
            Assert.Empty(store.Recovery.Missing);
            Assert.Equal((false, 0), (store.Recovery.LostCatalog, store.Recovery.LostEnds));
            Assert.True(!made.WasDone(point) || ((IStateStores)store).Found.Contains(One), "an acknowledged state is gone");
            var opened = (await store.OpenStateAsync(One, StateSettings.Default)).Value;
            var held = opened.Entries.ToDictionary(entry => entry.Key, entry => (int)(entry.Stamp.Milliseconds - Now));
            if (run == 1)
                Assert.Equal(expected, held["k0"]);
            for (var number = 0; number < appends.Count; number++)
            {
                if (appends[number].WasDone(point))
                    Assert.True(held.GetValueOrDefault(Entry(number).Key, -1) >= number, $"the acknowledged append {number} is gone");
            }
            foreach (var entry in opened.Entries.Where(entry => entry.Stamp.Milliseconds < Now + appends.Count))
            {
                var number = (int)(entry.Stamp.Milliseconds - Now);
                Assert.True(appends[number].WasBegun(point) && entry.Value.Span.SequenceEqual(ValueOf(number)), $"{entry} was never written");
            }
            expected = (appends.Count / Keys + 1 + run) * Keys;
            Assert.Null(await opened.Store.AppendAsync([Entry(expected)]));
        }
        Assert.True((await StoreRepair.VerifyAsync(Settings, files: files)).Value.IsWell);
    }
}
