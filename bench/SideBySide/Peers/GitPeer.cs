using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Rows;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>git: <c>git fetch</c> over git:// of a repository with the same graph, packed, into an empty one.</summary>
internal sealed class GitPeer : ICatchUp
{
    private const string AllBranches = "+refs/heads/*:refs/heads/*";

    // Nothing that this machine's users have set changes what is measured.
    private static readonly Dictionary<string, string> Environment = new()
    {
        ["GIT_CONFIG_GLOBAL"] = "/dev/null",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
    };

    private readonly Stage _stage;
    private readonly int _port;
    private readonly Child _daemon;
    private long? _bytes;

    private GitPeer(Stage stage, int port, Child daemon)
    {
        _stage = stage;
        _port = port;
        _daemon = daemon;
    }

    public string Name => "git fetch";

    public static async Task<GitPeer> StartAsync(Stage stage, Content content)
    {
        var folder = stage.Place.New("git");
        var repository = Path.Combine(folder, "graph");
        await GitAsync(stage.Stop, "init", "--quiet", "--bare", repository);
        await using (var import = Start("-C", repository, "fast-import", "--quiet", "--done"))
        {
            await FastImport.WriteAsync(import.Input, content.Shape, content.Commands);
            await import.EndAsync(stage.Stop);
        }
        await GitAsync(stage.Stop, "-C", repository, "gc", "--quiet");
        var port = FreePort();
        // The shell ends the daemon when its own input ends, however this process does.
        var daemon = Child.Start("git daemon", "sh",
            ["-c", "\"$@\" & daemon=$!; read -r _; kill $daemon", "sh", Path.Combine(stage.Peers.Git!, "git-daemon"),
                "--listen=127.0.0.1", $"--port={port}", "--export-all", $"--base-path={folder}"], environment: Environment);
        await ServesAsync(port, stage.Stop);
        return new GitPeer(stage, port, daemon);
    }

    public async Task<CaughtUp> CatchUpAsync(CancellationToken cancellation)
    {
        if (_bytes is null)
        {
            // What passes a relay is counted, and slower: that fetch is not timed.
            await using var relay = new CountingRelay(_port);
            await FetchAsync(relay.Port, cancellation);
            _bytes = relay.Bytes;
        }
        return new CaughtUp((await FetchAsync(_port, cancellation)).TotalSeconds, _bytes.Value);
    }

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    private async Task<TimeSpan> FetchAsync(int port, CancellationToken cancellation)
    {
        var empty = _stage.Place.New("fetched");
        await GitAsync(cancellation, "init", "--quiet", "--bare", empty);
        var began = Stopwatch.GetTimestamp();
        await GitAsync(cancellation, "-C", empty, "fetch", "--quiet", $"git://127.0.0.1:{port}/graph", AllBranches);
        var took = Stopwatch.GetElapsedTime(began);
        Workplace.Remove(empty);
        return took;
    }

    private static async Task ServesAsync(int port, CancellationToken cancellation)
    {
        for (var tries = 0; ; tries++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", port, cancellation);
                return;
            }
            catch (SocketException) when (tries < 100)
            {
                await Task.Delay(50, cancellation);
            }
        }
    }

    private static async Task GitAsync(CancellationToken cancellation, params string[] arguments)
    {
        await using var git = Start(arguments);
        await git.EndAsync(cancellation);
    }

    private static Child Start(params string[] arguments) => Child.Start($"git {arguments[0]}", "git", arguments, environment: Environment);

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
