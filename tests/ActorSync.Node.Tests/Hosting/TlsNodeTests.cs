using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ActorSync.Node.Cli;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers;
using ActorSync.Transport.Tls;

namespace ActorSync.Node.Tests.Hosting;

/// <summary>Nodes whose links are over TLS, with certificates out of files.</summary>
public sealed class TlsNodeTests : IDisposable
{
    private readonly CliRun _one = new() { Factory = NodeComposition.CreateAsync };
    private readonly CliRun _other = new() { Factory = NodeComposition.CreateAsync };
    private readonly Authority _ours = new("ours");
    private readonly Authority _others = new("others");

    public void Dispose()
    {
        _one.Dispose();
        _other.Dispose();
        _ours.Dispose();
        _others.Dispose();
    }

    [Fact]
    public async Task Two_nodes_of_one_authority_are_level_and_a_third_gets_no_link()
    {
        var configuration = Configure(_one, _ours.Issue());
        var graph = await RunAsync(_one, "graph", "create", "hello");
        await using var one = await RunningNode.StartAsync(_one, "--listen", "tls://127.0.0.1:0", "--config", configuration);
        var endpoint = Regex.Match(one.Log, "listening on (tls://[^,]+)").Groups[1].Value;

        var synced = await RunAsync(_other, "sync", endpoint, graph, "--config", Configure(_other, _ours.Issue()));
        Assert.StartsWith("complete=yes was-level=no received=1 added=1 ", synced, StringComparison.Ordinal);

        var stranger = await _other.OnDataAsync("sync", endpoint, graph, "--config", Configure(_other, _others.Issue(believes: _ours)));
        Assert.NotEqual(ExitCodes.Ok, stranger.Code);
        Assert.Matches("^actorsync: .+\n$", stranger.Error);
        var clear = await _other.OnDataAsync("sync", endpoint.Replace("tls", "tcp", StringComparison.Ordinal), graph);
        Assert.Equal(ExitCodes.Unreachable, clear.Code);
        await one.StopAsync();
        Assert.Contains("no link: tls://127.0.0.1:", one.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_is_renewed_by_another_file_in_its_place()
    {
        Configure(_one, _ours.Issue());
        var files = FilesOf(_one);
        var certificates = CertificateFiles.Open(files, null).Value;
        var first = certificates.Current();
        Assert.Same(first, certificates.Current());

        await File.WriteAllTextAsync(files.Certificate, "half a file");
        File.SetLastWriteTimeUtc(files.Certificate, DateTime.UtcNow.AddSeconds(1));
        Assert.Same(first, certificates.Current());

        var renewed = _ours.Issue();
        Configure(_one, renewed);
        File.SetLastWriteTimeUtc(files.Certificate, DateTime.UtcNow.AddSeconds(2));
        Assert.Equal(renewed.Certificate.Thumbprint, certificates.Current().Certificate.Thumbprint);
        Assert.True(certificates.Current().Certificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("tls.key = \"none.pem\"", "actorsync.tls.certificate = \"\": expected a file in PEM")]
    [InlineData("tls.certificate = \"none.pem\"", "actorsync.tls.authorities = \"\": expected a file in PEM")]
    [InlineData("tls { certificate = \"none.pem\", authorities = \"none.pem\" }", "actorsync.tls.authorities: /[^ ]+/none.pem cannot be used: .+; expected PEM")]
    [InlineData("listen = \"tls://127.0.0.1:0\"", "an endpoint over tls:// needs certificates: set actorsync.tls.certificate and actorsync.tls.authorities")]
    public async Task Certificates_that_are_not_there_are_told_before_the_node_starts(string line, string sentence)
    {
        var file = _one.Folder.At("bad.conf");
        await File.WriteAllTextAsync(file, $"actorsync {{ {line} }}");
        var ran = await _one.OnDataAsync("node", "--config", file);
        Assert.Equal(ExitCodes.Usage, ran.Code);
        Assert.Matches(sentence, ran.Error);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_certificate_of_another_node_or_of_none_where_one_is_asked_for_is_refused_at_the_start(bool named, bool required)
    {
        var stranger = new NodeId(0xabc);
        var configuration = Configure(_one, _ours.Issue(named ? stranger : null));
        await File.AppendAllTextAsync(configuration, $"\nactorsync.tls.require-node-name = {(required ? "true" : "false")}");

        var refused = await _one.OnDataAsync("node", "--listen", "tls://127.0.0.1:0", "--config", configuration);

        Assert.Equal(ExitCodes.Usage, refused.Code);
        var told = Regex.Match(refused.Error, $"^actorsync: actorsync.tls.certificate: /[^ ]+/node.pem (.+), and this is node ([0-9a-f]{{32}}): peers would refuse it; issue one with the alternative name URI:actorsync:node:\\2\n$");
        Assert.Equal(named ? $"is that of node {stranger}" : "names no node, and actorsync.tls.require-node-name asks for one", told.Groups[1].Value);

        // The node that was drawn stays, so that a certificate can be issued for it.
        Assert.True(NodeId.TryParse(told.Groups[2].Value, out var node));
        Configure(_one, _ours.Issue(node));
        await using var one = await RunningNode.StartAsync(_one, "--listen", "tls://127.0.0.1:0", "--config", configuration);
        Assert.Contains($"node {node}, ", one.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_is_not_renewed_by_that_of_another_node()
    {
        Configure(_one, _ours.Issue(new NodeId(1)));
        var files = FilesOf(_one);
        var certificates = CertificateFiles.Open(files, null).Value;
        Assert.Null(certificates.BelongTo(new NodeId(1)));
        var first = certificates.Current();
        Configure(_one, _ours.Issue(new NodeId(2)));
        File.SetLastWriteTimeUtc(files.Certificate, DateTime.UtcNow.AddSeconds(1));
        Assert.Same(first, certificates.Current());
        Assert.Equal(SyncErrorKind.NotAllowed, certificates.BelongTo(new NodeId(2))?.Kind);
    }

    private static TlsFiles FilesOf(CliRun node) => new()
    {
        Certificate = node.Folder.At("node.pem"),
        Key = node.Folder.At("node.key"),
        Authorities = node.Folder.At("authorities.pem"),
    };

    private static string Configure(CliRun node, TlsCredentials credentials)
    {
        var files = FilesOf(node);
        File.WriteAllText(files.Certificate, credentials.Certificate.ExportCertificatePem());
        using var key = ECDsaOf(credentials);
        File.WriteAllText(files.Key!, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Authorities, credentials.Authorities.ExportCertificatePems());
        File.WriteAllText(node.Folder.At("tls.conf"), $"actorsync.tls {{ certificate = \"{files.Certificate}\", key = \"{files.Key}\", authorities = \"{files.Authorities}\" }}");
        return node.Folder.At("tls.conf");
    }

    private static ECDsa ECDsaOf(TlsCredentials credentials) =>
        System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(credentials.Certificate)!;

    private static async Task<string> RunAsync(CliRun node, params string[] args)
    {
        var ran = await node.OnDataAsync(args);
        // A poll that takes long says how far it is.
        Assert.True(ran.Code == ExitCodes.Ok, ran.Error);
        return ran.Out.TrimEnd('\n');
    }
}
