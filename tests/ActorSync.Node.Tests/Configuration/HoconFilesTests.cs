using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Tests.Configuration;

/// <summary>What lies in hocon/ to start from: the daemon takes it, each key is explained, and what says that it is the default is.</summary>
public sealed class HoconFilesTests
{
    private const string Default = "(default)";

    private static readonly string Folder = Path.Combine(Repository.Root, "hocon");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.conf").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_one_for_a_node_a_member_an_edge_device_and_a_cluster() => Assert.Superset(new HashSet<string> { "node.conf", "mesh.conf", "edge.conf", "cluster.conf" }, Directory.GetFiles(Folder).Select(Path.GetFileName).ToHashSet()!);

    [Theory]
    [MemberData(nameof(Files))]
    public void The_daemon_takes_it(string file)
    {
        var config = ConfigurationFile.Read(Path.Combine(Folder, file)).Value;

        Assert.Null(KnownKeys.Check(config));
        Assert.Null(SettingsReader.Read(config).Error);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task A_node_starts_by_it(string file)
    {
        using var authority = new Authority("ours");
        using var cli = new CliRun { Factory = NodeComposition.CreateAsync };
        var issued = authority.Issue();
        using var key = issued.Certificate.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(cli.Folder.At("node.pem"), issued.Certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(cli.Folder.At("node.key"), key.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(cli.Folder.At("authority.pem"), issued.Authorities.ExportCertificatePems());
        // As it is, but for what is of this machine; nobody is there whom it dials.
        var text = await File.ReadAllTextAsync(Path.Combine(Folder, file));
        text = Regex.Replace(text, "/etc/actorsync/(node|device)", cli.Folder.At("node")).Replace("/etc/actorsync/authority", cli.Folder.At("authority"), StringComparison.Ordinal);
        text = Regex.Replace(text, "tls://0\\.0\\.0\\.0:[0-9]+", "tls://127.0.0.1:0").Replace("127.0.0.1:7400", "127.0.0.1:0", StringComparison.Ordinal);
        text = Regex.Replace(text, "[a-z]+\\.mesh\\.example:7400", "127.0.0.1:1").Replace("log-level = warning", "log-level = info", StringComparison.Ordinal);
        text = text.Replace("one.cluster.example:7401", "127.0.0.1:47401", StringComparison.Ordinal).Replace("port = 7401", "port = 47401", StringComparison.Ordinal);
        text = text.Replace("one.cluster.example:7400", "127.0.0.1:1", StringComparison.Ordinal).Replace("\"one.cluster.example\"", "127.0.0.1", StringComparison.Ordinal);
        await File.WriteAllTextAsync(cli.Folder.At("it.conf"), text);

        if (file == "cluster.conf" && !SyncNode.Engine.StartsWith("Akka", StringComparison.Ordinal))
        {
            var refused = await cli.RunAsync("node", "--config", cli.Folder.At("it.conf"));
            Assert.Equal(ExitCodes.Usage, refused.Code);
            Assert.Contains("build with ActorEngine=Akka", refused.Error, StringComparison.Ordinal);
            return;
        }
        await using var node = await RunningNode.StartAsync(cli, "--config", cli.Folder.At("it.conf"));

        Assert.Equal("", node.Error);
        Assert.Equal(0, (await cli.OnDataAsync("status")).Code);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_key_has_a_comment_before_it_and_is_the_default_where_that_says_so(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, file)).Select(line => line.Trim()).ToArray();
        var config = ConfigurationFile.Read(Path.Combine(Folder, file)).Value;
        var sections = new List<string>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('#') || lines[i].Length == 0)
                continue;
            if (lines[i] == "}")
            {
                sections.RemoveAt(sections.Count - 1);
                continue;
            }
            Assert.True(!lines[i].Contains('=') || lines[i - 1].StartsWith('#'), $"{file}:{i + 1} has no comment: {lines[i]}");
            if (lines[i].EndsWith(" {", StringComparison.Ordinal))
                sections.Add(lines[i][..^2]);
            else if (lines[i - 1].EndsWith(Default, StringComparison.Ordinal))
                AssertIsDefault(config, string.Join('.', [.. sections, lines[i].Split('=')[0].Trim()]));
        }
    }

    [Fact]
    public void A_member_is_one_and_an_edge_device_only_dials()
    {
        var member = Read("mesh.conf");
        var edge = Read("edge.conf");

        Assert.True(member is { Mesh: { Enabled: true, Advertise.Count: 1, Placement: { Factor: 3, Role: "sync", Stores: 2 } }, Listen.IsTls: true });
        Assert.Contains("sync", member.Mesh.Roles);
        Assert.Equal((false, null), (edge.Mesh.Enabled, edge.Listen));
        Assert.True(edge.Peers.Single() is { Endpoint.IsTls: true, Mode: PeerMode.Subscribe });
    }

    private static NodeSettings Read(string file) => SettingsReader.Read(ConfigurationFile.Read(Path.Combine(Folder, file)).Value).Value;

    private static void AssertIsDefault(Config config, string path) =>
        Assert.True(Text(KnownKeys.Reference, path) == Text(config, path), $"{path} is {Text(config, path)}, and by default {Text(KnownKeys.Reference, path)}");

    private static string? Text(Config config, string path)
    {
        HoconValue? value = config.GetValue(path);
        return value?.GetString();
    }
}
