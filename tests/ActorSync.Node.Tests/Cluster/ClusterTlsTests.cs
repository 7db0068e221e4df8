using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Actors;
using ActorSync.Node.Tests.Robustness;
using ActorSync.Transport.Tls;
using Xunit.Abstractions;

namespace ActorSync.Node.Tests.Cluster;

/// <summary>
/// Daemons whose cluster speaks TLS on loopback. Remoting believes the authorities that the operating system trusts: here
/// that is the test's own, and no other.
/// </summary>
public sealed class ClusterTlsTests(ITestOutputHelper output) : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorsync-tls-");
    private readonly List<Daemon> _daemons = [];
    private readonly int[] _ports = LoopbackPorts.Free(3);
    private readonly Authority _ours = new("ours");
    private readonly Authority _others = new("others");
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(2));

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
        {
            output.WriteLine(daemon.Log);
            await daemon.DisposeAsync();
        }
        _ours.Dispose();
        _others.Dispose();
        _patience.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Three_daemons_with_certificates_of_one_authority_are_a_cluster()
    {
        for (var i = 0; i < 3; i++)
            await StartAsync(i, _ours.Issue());
        foreach (var daemon in _daemons)
        {
            while ((await daemon.StatusAsync()).Mesh!.Members.Count(member => member.Reach == "reachable") < 3)
                await Task.Delay(50, _patience.Token);
        }
        var graph = (await _daemons[1].Control.CreateGraphAsync("a graph"u8.ToArray(), _patience.Token)).Value.Graph;
        Assert.NotEmpty(graph);
        // What listens there speaks TLS, with the node's certificate.
        Assert.True(await IsLetInAsync(_ports[0], _ours.Issue(), isToStay: false));
    }

    [MutualTlsFact]
    public async Task A_client_without_a_certificate_is_not_let_in()
    {
        await StartAsync(0, _ours.Issue());
        Assert.False(await IsLetInAsync(_ports[0], null));
    }

    [MutualTlsFact]
    public async Task A_client_with_a_certificate_of_a_foreign_authority_is_not_let_in()
    {
        await StartAsync(0, _ours.Issue());
        Assert.False(await IsLetInAsync(_ports[0], _others.Issue()));
    }

    [Fact]
    public async Task A_client_that_does_not_speak_tls_is_not_let_in()
    {
        await StartAsync(0, _ours.Issue());
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", _ports[0], _patience.Token);
        await tcp.GetStream().WriteAsync(new byte[64], _patience.Token);
        Assert.False(await StaysAsync(tcp.GetStream()));
    }

    [BeforeMutualTlsFact]
    public async Task A_version_that_lets_anyone_in_is_refused_off_loopback()
    {
        var configuration = Configure(0, _ours.Issue(), "10.255.255.1");
        var daemon = Daemon.Launch(Path.Combine(_folder.FullName, "n0"), configuration, Environment(_ours));
        _daemons.Add(daemon);
        Assert.Equal(2, await daemon.EndAsync(TimeSpan.FromSeconds(60)));
        Assert.Contains("needs mutual TLS, which Akka.NET has since 1.5.53", daemon.Error, StringComparison.Ordinal);
    }

    private async Task StartAsync(int number, TlsCredentials credentials)
    {
        var configuration = Configure(number, credentials, "127.0.0.1");
        _daemons.Add(await Daemon.StartAsync(Path.Combine(_folder.FullName, $"n{number}"), configuration, Environment(_ours)));
    }

    private string Configure(int number, TlsCredentials credentials, string host)
    {
        var at = Path.Combine(_folder.FullName, $"n{number}");
        File.WriteAllText($"{at}.pem", credentials.Certificate.ExportCertificatePem());
        File.WriteAllText($"{at}.key", credentials.Certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText($"{at}.authority", string.Concat(credentials.Authorities.Select(authority => authority.ExportCertificatePem())));
        File.WriteAllText($"{at}.conf", $$"""
            actorsync {
              data = "{{at}}"
              listen = "tls://127.0.0.1:0"
              tls { certificate = "{{at}}.pem", key = "{{at}}.key", authorities = "{{at}}.authority" }
            }
            akka {
              actor.provider = cluster
              remote.dot-netty.tcp { hostname = "{{host}}", port = {{_ports[number]}} }
              cluster.seed-nodes = ["akka.ssl.tcp://actorsync@127.0.0.1:{{_ports[0]}}"]
            }
            """);
        return $"{at}.conf";
    }

    // In place of the authorities of the operating system.
    private Dictionary<string, string> Environment(Authority authority)
    {
        var file = Path.Combine(_folder.FullName, "trusted.pem");
        File.WriteAllText(file, authority.Issue().Authorities[0].ExportCertificatePem());
        return new Dictionary<string, string> { ["SSL_CERT_FILE"] = file, ["SSL_CERT_DIR"] = _folder.CreateSubdirectory("none").FullName };
    }

    // With TLS 1.3 a client learns after its handshake that its certificate was not taken.
    private async Task<bool> IsLetInAsync(int port, TlsCredentials? credentials, bool isToStay = true)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", port, _patience.Token);
        await using var tls = new SslStream(tcp.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(_ours.Issue().Authorities[0]);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = policy,
                ClientCertificates = credentials is null ? null : [credentials.Certificate],
            }, _patience.Token);
        }
        catch (Exception refused) when (refused is AuthenticationException or IOException)
        {
            return false;
        }
        return !isToStay || await StaysAsync(tls);
    }

    // What is let in is waited for to speak first: the connection that ends was not.
    private async Task<bool> StaysAsync(Stream stream)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(_patience.Token);
        enough.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            return await stream.ReadAsync(new byte[1], enough.Token) > 0;
        }
        catch (IOException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}

/// <summary>A test of what Akka.NET does since it asks clients for a certificate.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MutualTlsFactAttribute : FactAttribute
{
    public MutualTlsFactAttribute()
    {
        if (MutualTlsVersion.IsBefore)
            Skip = $"Akka.NET asks clients for a certificate since 1.5.53, and this is {EngineInfo.Name}: off loopback a node does not start on it in a cluster";
    }
}

/// <summary>A test of what is done about an Akka.NET that asks no client for a certificate.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BeforeMutualTlsFactAttribute : FactAttribute
{
    public BeforeMutualTlsFactAttribute()
    {
        if (!MutualTlsVersion.IsBefore)
            Skip = $"{EngineInfo.Name} asks clients for a certificate";
    }
}

internal static class MutualTlsVersion
{
    public static bool IsBefore { get; } = Version.Parse(EngineInfo.Name.Split(' ')[^1].Split('-')[0]) < new Version(1, 5, 53);
}
