using System.Net;
using System.Net.Sockets;
using ActorSync.Node.Cli;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>What stands in the way of a start is one clear line, an exit code that says whose turn it is, and no trace on the disk.</summary>
public sealed class StartErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.At("parent/data");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sync.maximum-subscripions = 200", "unknown configuration key actorsync.sync.maximum-subscripions: did you mean actorsync.sync.maximum-subscriptions[?]")]
    [InlineData("sync.maximum-subscriptions = many", "actorsync.sync.maximum-subscriptions = many: .+")]
    [InlineData("sync.maximum-subscriptions = -1", "actorsync.sync.maximum-subscriptions = -1: it must be from 0 to 2147483647")]
    [InlineData("sync.graph.command-payload-bytes = 2MiB", "actorsync.sync.graph.command-payload-bytes = 2097152: it must fit into message.payload-bytes.+")]
    [InlineData("sync.poll.retry-after = 3 fortnights", "actorsync.sync.poll.retry-after = 3 fortnights: .+")]
    [InlineData("fsync.mode = sometimes", "the configuration key actorsync.fsync.mode = sometimes: expected always, interval, never")]
    [InlineData("peers = [{ endpoint = \"nowhere\" }]", ".*actorsync.peers.0.endpoint.+")]
    [InlineData("listen = \"0.0.0.0:7400\"", ".*actorsync.listen.+loopback.+")]
    [InlineData("log-level =", ".+")]
    [InlineData("mesh { enabled = off }, log-level = info", ".+")]
    public Task A_configuration_that_cannot_be_ends_with_2(string hocon, string sentence) => RefusedAsync(Data, hocon, ExitCodes.Usage, sentence);

    [Fact]
    public async Task A_control_socket_whose_path_is_too_long_ends_with_2()
    {
        var path = $"/tmp/{new string('x', 120)}.sock";
        await RefusedAsync(Data, $"control = \"{path}\"", ExitCodes.Usage, $"the control socket's path has {path.Length} bytes, a socket's may have 10[37]: choose a shorter one than {path}");
    }

    [Fact]
    public async Task A_control_socket_that_cannot_be_made_ends_with_1()
    {
        var path = _folder.At("a-file");
        File.WriteAllText(path, "not a socket");
        await RefusedAsync(Data, $"listen = off\ncontrol = \"{path}\"", ExitCodes.Failure, $"the control socket {path} cannot be made: there is a file that is no socket");
        Assert.Equal("not a socket", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_port_in_use_ends_with_1()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        await RefusedAsync(Data, $"listen = \"127.0.0.1:{port}\"", ExitCodes.Failure, $"cannot listen on [^ ]+:{port}: the port is in use; .+");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_made_ends_with_1()
    {
        File.WriteAllText(_folder.At("parent"), "a file where a folder should be");
        await RefusedAsync(Data, "listen = off", ExitCodes.Failure, $"opening the store in .*{Data}.*: .+");
        Assert.Equal("a file where a folder should be", File.ReadAllText(_folder.At("parent")));
    }

    [Fact]
    public async Task A_store_that_a_process_holds_ends_with_1_and_that_process_goes_on()
    {
        await using var first = await Daemon.StartAsync(Data, "");
        var before = Everything(Data);

        await RefusedAsync(Data, "listen = off", ExitCodes.Failure, $"the store in {Data} is held by process {first.ProcessId}[^0-9].*");

        Assert.Equal(before, Everything(Data));
        Assert.Equal(first.Id, (await first.StatusAsync()).Node);
    }

    // The line is all that is on the standard error, and the disk looks as before.
    private static async Task RefusedAsync(string data, string hocon, int code, string sentence)
    {
        var there = Directory.Exists(Path.GetDirectoryName(data));
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetDirectoryName(data))!);
        var configuration = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(data))!, "refused.conf");
        await File.WriteAllTextAsync(configuration, $"actorsync {{\n  data = \"{data}\"\n{hocon}\n}}\n");
        await using var daemon = Daemon.Launch(data, configuration);

        Assert.Equal(code, await daemon.EndAsync(TimeSpan.FromSeconds(60)));

        Assert.Matches($"^actorsync: {sentence}\n$", daemon.Error);
        Assert.Equal(there, Directory.Exists(Path.GetDirectoryName(data)));
    }

    private static string[] Everything(string folder) => [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".sock", StringComparison.Ordinal))
        .Select(file => $"{file} {new FileInfo(file).Length}").Order()];
}
