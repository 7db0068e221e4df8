using ActorSync.Graphs;
using ActorSync.Node.Cli;
using ActorSync.Node.Control;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>A byte of a graph's log goes bad while no node runs, in the middle, where the index is believed.</summary>
public sealed class DamageTests : IDisposable
{
    private const int Commands = 20_000;

    private readonly CliRun _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task It_is_named_served_to_nobody_and_mended_from_a_peer()
    {
        var (damaged, whole) = (_cli.Folder.At("damaged"), _cli.Folder.At("whole"));
        var graph = await Filled.WriteAsync(damaged, Commands);
        await using var peer = await Daemon.StartAsync(whole);
        await using (var sound = await Daemon.StartAsync(damaged))
        {
            Assert.True((await SyncAsync(peer, sound, graph)).Value.Complete);
            Assert.Null((await sound.StatusAsync()).Graphs.Single().Error);
        }
        var file = Path.Combine(damaged, "graphs", graph.ToString(), "00000001.log");
        FlipMiddle(file);

        await using (var hurt = await Daemon.StartAsync(damaged))
        {
            // Nothing is known of it yet, and what does not need the bad block works.
            Assert.Null((await hurt.StatusAsync()).Graphs.Single().Error);
            await using var empty = await Daemon.StartAsync(_cli.Folder.At("empty"));
            var refused = await SyncAsync(empty, hurt, graph);
            Assert.Equal(SyncErrorKind.StoreDamaged, refused.Error?.Kind);
            Assert.DoesNotContain(damaged, refused.Error!.Message, StringComparison.Ordinal);

            var status = await hurt.StatusAsync();
            var told = status.Graphs.Single();
            Assert.Matches($"^{file} is damaged at byte [0-9]+: .*actorsync store repair", told.Error);
            Assert.Equal(Commands, told.Commands);
            Assert.Contains($"actorsync_graph_damaged{{graph=\"{graph}\"}} 1\n", MetricsText.Of(status), StringComparison.Ordinal);
            var listed = await _cli.RunAsync("graph", "ls", "--data", damaged);
            Assert.Equal(ExitCodes.Failure, listed.Code);
            Assert.Contains(told.Error!, listed.Out, StringComparison.Ordinal);
            // However many commands are in the bad block, it is one problem.
            var verified = (await hurt.Control.VerifyAsync(graph, new Progress<VerifyProgress>(), CancellationToken.None)).Value;
            Assert.Equal((1, 1), (verified.ProblemCount, verified.Problems.Count));
            // What came over before the bad block is sound; nothing of it or behind it came.
            Assert.True((await empty.StatusAsync()).Graphs.All(there => there.Commands <= Commands / 2 && there.Error is null));
            Assert.Null((await hurt.Control.AddAsync(graph, "still taken"u8.ToArray(), 0, CancellationToken.None)).Error);
            Assert.True((await SyncAsync(peer, hurt, graph)).Value.Complete);
        }

        var found = await _cli.RunAsync("store", "verify", "--json", "--data", damaged);
        Assert.Equal(ExitCodes.Failure, found.Code);
        Assert.Contains($"\"file\": \"{file}\"", found.Out, StringComparison.Ordinal);
        // What was lost is not known, and nobody was asked.
        Assert.Equal(ExitCodes.Failure, (await _cli.RunAsync("store", "repair", "--data", damaged)).Code);

        await using var mended = await Daemon.StartAsync(damaged);
        Assert.True((await mended.StatusAsync()).Graphs.Single().Commands < Commands);
        Assert.True((await SyncAsync(mended, peer, graph)).Value.Complete);
        var (one, other) = ((await mended.StatusAsync()).Graphs.Single(), (await peer.StatusAsync()).Graphs.Single());
        Assert.Equal((other.Digest, Commands + 1, null), (one.Digest, one.Commands, one.Error));
        Assert.Equal(0, (await mended.Control.VerifyAsync(graph, new Progress<VerifyProgress>(), CancellationToken.None)).Value.ProblemCount);
    }

    private static Task<Result<SyncReport>> SyncAsync(Daemon from, Daemon at, GraphId graph) =>
        from.Control.SyncAsync(new SyncRequest(at.Endpoint, graph.ToString()), new Progress<SyncProgress>(), CancellationToken.None);

    private static void FlipMiddle(string file)
    {
        var bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
    }
}
