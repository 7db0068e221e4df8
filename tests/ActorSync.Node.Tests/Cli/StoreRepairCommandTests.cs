using ActorSync.Graphs;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Storage;

namespace ActorSync.Node.Tests.Cli;

/// <summary>The commands on the files of a store.</summary>
public sealed class StoreRepairCommandTests : IDisposable
{
    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Damage_is_named_by_verify_and_taken_out_by_repair()
    {
        var graph = await FillAsync();
        var sound = await _cli.OnDataAsync("store", "verify");
        var file = Path.Combine(_cli.Data, "graphs", graph.ToString(), "00000001.log");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[^40] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var damaged = await _cli.OnDataAsync("store", "verify");
        var repaired = await _cli.OnDataAsync("store", "repair");
        var after = await _cli.OnDataAsync("store", "verify");

        Assert.Equal(ExitCodes.Ok, sound.Code);
        Assert.Matches($"^graph={graph} records=3 commands=3 bytes=[0-9]+ torn-bytes=0 kept=3 set-aside=none damage=none\n$", sound.Out);
        Assert.Equal(ExitCodes.Failure, damaged.Code);
        Assert.Contains($"{file} is damaged at byte ", damaged.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, repaired.Code);
        Assert.Contains($"kept=2 set-aside={Path.Combine(_cli.Data, "graphs", graph.ToString())}.damaged", repaired.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, after.Code);
        Assert.Contains(" commands=2 ", after.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_store_is_told_so()
    {
        var ran = await _cli.OnDataAsync("store", "repair");

        Assert.Equal((ExitCodes.Unreachable, $"actorsync: there is no store in {_cli.Data}\n"), (ran.Code, ran.Error));
        Assert.False(Directory.Exists(_cli.Data));
    }

    private async Task<GraphId> FillAsync()
    {
        var init = Command.Init("a graph"u8);
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = _cli.Data })).Value;
        var opened = (await store.CreateAsync(init)).Value;
        var last = init;
        for (var i = 1; i < 3; i++)
        {
            last = Command.Create(Prior.Single(last.Address), Priority.Basic(0), "a payload that is long enough to be hit"u8);
            _ = opened.Index.Add(last).Value;
            Assert.Null(await opened.Store.AppendAsync(i, [last]));
        }
        return new GraphId(init.Id);
    }
}
