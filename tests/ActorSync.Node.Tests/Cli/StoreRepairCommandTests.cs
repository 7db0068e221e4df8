using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ActorSync.Graphs;
using ActorSync.Node.Cli;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using ActorSync.States;
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
        Assert.Matches($"^graph={graph} records=3 commands=3 bytes=[0-9]+ torn-bytes=0 stray-bytes=0 kept=3 missing-at-least=0 waiting=0 set-aside=none index=ok loss=none damage=none\n$", sound.Out);
        Assert.Equal(ExitCodes.Failure, damaged.Code);
        Assert.Contains($"{file} is damaged at byte ", damaged.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failure, repaired.Code);
        Assert.Contains($"{Path.Combine(_cli.Data, "graphs", graph.ToString())}.damaged/00000001.log is damaged at byte ", repaired.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("stop the node", repaired.Out, StringComparison.Ordinal);
        Assert.Contains($"kept=2 missing-at-least=0 waiting=0 set-aside={Path.Combine(_cli.Data, "graphs", graph.ToString())}.damaged", repaired.Out, StringComparison.Ordinal);
        // What was in the damaged record is still missing, and whoever looks is told so; until that is accepted.
        Assert.Equal(ExitCodes.Failure, after.Code);
        Assert.Contains(" commands=2 ", after.Out, StringComparison.Ordinal);
        Assert.Contains(" damage=none\n", after.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failure, (await _cli.OnDataAsync("store", "repair")).Code);
        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("store", "repair", "--accept")).Code);
        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("store", "verify")).Code);
    }

    [Fact]
    public async Task A_graph_whose_folder_is_gone_is_named_by_all_and_comes_again_from_a_peer()
    {
        using var other = new CliRun { Factory = NodeComposition.CreateAsync };
        _cli.Factory = NodeComposition.CreateAsync;
        var graph = await FillAsync();
        var folder = Path.Combine(_cli.Data, "graphs", graph.ToString());
        var copy = Directory.CreateDirectory(Path.Combine(other.Data, "graphs")).FullName;
        Directory.Move(folder, Path.Combine(copy, graph.ToString()));
        Assert.Equal(ExitCodes.Ok, (await other.OnDataAsync("store", "repair")).Code);
        await using var peer = await RunningNode.StartAsync(other, "--listen", "127.0.0.1:0");
        var endpoint = Regex.Match(peer.Log, "listening on tcp://([^,]+)").Groups[1].Value;

        var verified = await _cli.OnDataAsync("store", "verify", "--json");
        var listed = await _cli.OnDataAsync("graph", "ls");
        var alone = await _cli.OnDataAsync("store", "repair");
        var again = await _cli.OnDataAsync("store", "verify");
        var fetched = await _cli.OnDataAsync("store", "repair", "--peer", endpoint);

        Assert.Equal(ExitCodes.Failure, verified.Code);
        Assert.Equal((folder, false), ((string)JsonNode.Parse(verified.Out)![0]!["file"]!, (bool)JsonNode.Parse(verified.Out)![0]!["well"]!));
        Assert.Equal(ExitCodes.Failure, listed.Code);
        Assert.Contains($"missing, and not dropped: graph {graph}", listed.Error, StringComparison.Ordinal);
        Assert.Contains($"{folder} is missing", listed.Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failure, ExitCodes.Failure, ExitCodes.Ok), (alone.Code, again.Code, fetched.Code));
        Assert.Contains($"; 3 commands came from {endpoint}, all that it holds", fetched.Error, StringComparison.Ordinal);
        Assert.Contains(" commands=3 ", (await _cli.OnDataAsync("store", "verify")).Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("graph", "ls")).Code);
    }

    [Fact]
    public async Task Without_the_file_that_says_who_the_node_is_a_repair_makes_another_node_with_the_same_graphs()
    {
        _cli.Factory = NodeComposition.CreateAsync;
        var graph = await FillAsync();
        await File.WriteAllBytesAsync(Path.Combine(_cli.Data, "node"), new byte[44]);

        var refused = await _cli.OnDataAsync("graph", "ls");
        var verified = await _cli.OnDataAsync("store", "verify");
        var repaired = await _cli.OnDataAsync("store", "repair", "--json");

        Assert.Contains("actorsync store repair", refused.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Failure, ExitCodes.Ok), (verified.Code, repaired.Code));
        Assert.Contains($"graph={graph} records=3 commands=3 ", verified.Out, StringComparison.Ordinal);
        Assert.Contains("the node has a new id, ", (string)JsonNode.Parse(repaired.Out)![0]!["repaired"]!, StringComparison.Ordinal);
        Assert.Contains($"graph={graph} commands=3 ", (await _cli.OnDataAsync("graph", "ls")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    public async Task An_end_that_is_lost_after_a_clean_end_is_damage_and_a_repair_says_what_is_lost(int torn)
    {
        var graph = await FillAsync();
        var file = Path.Combine(_cli.Data, "graphs", graph.ToString(), "00000001.log");
        var end = CutLast(file, torn);

        var damaged = await _cli.OnDataAsync("store", "verify", "--json");
        var repaired = await _cli.OnDataAsync("store", "repair");
        var after = await _cli.OnDataAsync("store", "verify", "--json");

        Assert.Equal((ExitCodes.Failure, ExitCodes.Failure, ExitCodes.Failure), (damaged.Code, repaired.Code, after.Code));
        var found = JsonNode.Parse(damaged.Out)![0]!;
        Assert.Equal((true, file, end, torn), ((bool)found["lostEnd"]!, (string)found["file"]!, (long)found["offset"]!, (int)found["tornBytes"]!));
        Assert.Contains("the last run closed the store", (string)found["damage"]!, StringComparison.Ordinal);
        Assert.Equal(
            $"actorsync: graph {graph}: 2 commands are kept, what stood behind byte {end} of {Path.GetDirectoryName(file)}.damaged/00000001.log is lost here, how many commands is not known; "
            + "a peer sends it when the node runs, or at once with --peer HOST:PORT; what no peer holds is gone\n", repaired.Error);
        Assert.False((bool)JsonNode.Parse(after.Out)![0]!["lostEnd"]!);
    }

    [Fact]
    public async Task What_is_lost_comes_again_from_a_peer_that_is_named()
    {
        using var other = new CliRun { Factory = NodeComposition.CreateAsync };
        _cli.Factory = NodeComposition.CreateAsync;
        var graph = await FillAsync();
        var copy = Directory.CreateDirectory(Path.Combine(other.Data, "graphs", graph.ToString())).FullName;
        foreach (var path in Directory.GetFiles(Path.Combine(_cli.Data, "graphs", graph.ToString())))
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        await using (await AnotherAsync(other.Folder.At("another")))
            File.Copy(Path.Combine(other.Folder.At("another"), "node"), Path.Combine(other.Data, "node"));
        CutLast(Path.Combine(_cli.Data, "graphs", graph.ToString(), "00000001.log"), 0);
        await using var peer = await RunningNode.StartAsync(other, "--listen", "127.0.0.1:0");
        var endpoint = Regex.Match(peer.Log, "listening on tcp://([^,]+)").Groups[1].Value;

        var nobody = await _cli.OnDataAsync("store", "repair", "--peer", "127.0.0.1:1");
        // What was kept is one record now: nothing is left of the graph but in what the first repair has set aside.
        CutLast(Path.Combine(_cli.Data, "graphs", graph.ToString(), "00000001.log"), 0);
        var repaired = await _cli.OnDataAsync("store", "repair", "--json", "--peer", "127.0.0.1:1", "--peer", endpoint);

        Assert.Equal(ExitCodes.Failure, nobody.Code);
        Assert.Contains("0 commands came from 127.0.0.1:1, and not all: ", nobody.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Ok, repaired.Code);
        var fetched = JsonNode.Parse(repaired.Out)![0]!["fetched"]!;
        Assert.Equal((endpoint, 1, true, null), ((string)fetched["peer"]!, (int)fetched["commands"]!, (bool)fetched["complete"]!, (string?)fetched["error"]));
        Assert.Contains(" commands=3 ", (await _cli.OnDataAsync("store", "verify")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_commit_of_this_node_behind_the_damage_comes_back_once_a_peer_has_sent_its_priors()
    {
        using var other = new CliRun { Factory = NodeComposition.CreateAsync };
        _cli.Factory = NodeComposition.CreateAsync;
        var graph = await FillAsync();
        var folder = Path.Combine(_cli.Data, "graphs", graph.ToString());
        var copy = Directory.CreateDirectory(Path.Combine(other.Data, "graphs", graph.ToString())).FullName;
        foreach (var path in Directory.GetFiles(folder))
            File.Copy(path, Path.Combine(copy, Path.GetFileName(path)));
        await using (await AnotherAsync(other.Folder.At("another")))
            File.Copy(Path.Combine(other.Folder.At("another"), "node"), Path.Combine(other.Data, "node"));
        await CommitAsync(graph);
        var file = Path.Combine(folder, "00000001.log");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[32 + 17 + BitConverter.ToInt32(bytes, 32) + 30] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        await using var peer = await RunningNode.StartAsync(other, "--listen", "127.0.0.1:0");
        var endpoint = Regex.Match(peer.Log, "listening on tcp://([^,]+)").Groups[1].Value;

        var alone = await _cli.OnDataAsync("store", "repair");
        var again = await _cli.OnDataAsync("store", "repair", "--json");
        var fetched = await _cli.OnDataAsync("store", "repair", "--json", "--peer", endpoint);
        var after = await _cli.OnDataAsync("store", "repair");

        Assert.Equal((ExitCodes.Failure, ExitCodes.Failure, ExitCodes.Ok, ExitCodes.Ok), (alone.Code, again.Code, fetched.Code, after.Code));
        Assert.Contains("2 intact commands wait for their priors: repair again with a peer that has them, or give them up with --accept", alone.Error, StringComparison.Ordinal);
        Assert.Equal(2, (int)JsonNode.Parse(again.Out)![0]!["waiting"]!);
        var finding = JsonNode.Parse(fetched.Out)![0]!;
        Assert.Equal((0, 0, 2, 1), ((int)finding["waiting"]!, (int)finding["missingAtLeast"]!, (int)finding["fetched"]!["commands"]!, (int)finding["returned"]!));
        Assert.Contains(" commands=4 ", after.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("missing", after.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shared_states_are_verified_and_repaired_too()
    {
        await using (var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = _cli.Data })).Value)
        {
            var state = (await store.OpenStateAsync(new StateName("shared"), StateSettings.Default)).Value.Store;
            foreach (var key in (string[])["a", "b", "c"])
                Assert.Null(await state.AppendAsync([StateEntry.Live(key, "1"u8.ToArray(), new StateStamp(1, 0, store.Node), null)]));
        }
        var sound = await _cli.OnDataAsync("store", "verify");
        var folder = Directory.GetDirectories(Path.Combine(_cli.Data, "states")).Single();
        var file = Path.Combine(folder, "00000001.log");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[60] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);

        var damaged = await _cli.OnDataAsync("store", "verify", "--json");
        var repaired = await _cli.OnDataAsync("store", "repair");

        Assert.Matches("^state=shared records=3 entries=3 bytes=[0-9]+ torn-bytes=0 stray-bytes=0 kept=3 set-aside=none loss=none damage=none\n$", sound.Out);
        Assert.Equal((ExitCodes.Ok, ExitCodes.Failure, ExitCodes.Failure), (sound.Code, damaged.Code, repaired.Code));
        var found = JsonNode.Parse(damaged.Out)![0]!;
        Assert.Equal(("shared", file, null), ((string)found["state"]!, (string)found["file"]!, found["graph"]));
        Assert.Contains($" kept=2 set-aside={folder}.damaged ", repaired.Out, StringComparison.Ordinal);
        Assert.StartsWith("actorsync: state shared: 2 entries are kept, what was damaged is lost here; when the node runs, its pulls bring what peers hold", repaired.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Failure, (await _cli.OnDataAsync("store", "verify")).Code);
        Assert.Equal(ExitCodes.Ok, (await _cli.OnDataAsync("store", "repair", "--accept")).Code);
    }

    [Fact]
    public async Task A_folder_without_a_store_is_told_so()
    {
        var ran = await _cli.OnDataAsync("store", "repair");

        Assert.Equal((ExitCodes.Unreachable, $"actorsync: there is no store in {_cli.Data}\n"), (ran.Code, ran.Error));
        Assert.False(Directory.Exists(_cli.Data));
    }

    private static async Task<NodeStore> AnotherAsync(string folder) => (await NodeStore.OpenAsync(new StoreSettings { Folder = folder })).Value;

    // Cuts the last record and the mark behind it, but for some bytes of it; gives where the log ends now.
    private static long CutLast(string file, int torn)
    {
        var bytes = File.ReadAllBytes(file);
        var (at, end) = (32, 32);
        for (; at < bytes.Length - 17; at += 17 + BitConverter.ToInt32(bytes, at))
            end = at;
        File.WriteAllBytes(file, bytes[..(end + torn)]);
        return end;
    }

    private async Task CommitAsync(GraphId graph)
    {
        await using var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = _cli.Data })).Value;
        var opened = (await store.OpenAsync(graph)).Value;
        var commit = Command.Create(Prior.Single(Assert.Single(opened.Index.Heads())), Priority.Basic(0), "nobody else has it"u8);
        var ordinal = opened.Index.Add(commit).Value;
        Assert.Null(await opened.Store.AppendAsync(ordinal, [commit]));
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
