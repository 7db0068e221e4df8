using System.Security.Cryptography.X509Certificates;
using ActorSync.Node.Configuration;
using ActorSync.Node.Tests.Fakes;
using ActorSync.States;
using ActorSync.Transport.Tls;

namespace ActorSync.Node.Tests.States;

/// <summary>States over HTTPS: certificates at both ends.</summary>
public sealed class TlsStateTests : IDisposable
{
    private static readonly StateSettings Hurried = StateSettings.Default with { PushInterval = TimeSpan.FromMilliseconds(50), PullInterval = TimeSpan.FromMilliseconds(200) };

    private readonly TemporaryFolder _folder = new();
    private readonly Authority _ours = new("ours");
    private readonly Authority _theirs = new("theirs");

    public void Dispose()
    {
        _folder.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public async Task Nodes_of_one_authority_exchange_and_whoever_shows_nothing_is_not_heard()
    {
        await using var one = await HttpNode.StartAsync(1, Files("one", _ours.Issue()), Hurried);
        await using var two = await HttpNode.StartAsync(2, Files("two", _ours.Issue()), Hurried, null, one.Endpoint);
        await one.State.SetAsync("a", "1");
        await two.State.SetAsync("b", "2");

        await one.WaitAsync(all => all.Count == 2);
        await two.WaitAsync(all => all.Count == 2);

        Assert.StartsWith("https://", one.Exchange.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<HttpRequestException>(() => one.AskAsync("GET", "/"));
        await Assert.ThrowsAsync<HttpRequestException>(() => one.AskExchangeAsync("PUT", "/", """{"evil":{"value":1,"ts":1}}"""));
        Assert.Null(await one.ValueAsync("evil"));
    }

    [Fact]
    public async Task A_certificate_of_an_authority_below_ours_is_shown_with_that_one()
    {
        await using var one = await HttpNode.StartAsync(1, Files("one", _ours.Issue(isBelow: true)), Hurried);
        await using var two = await HttpNode.StartAsync(2, Files("two", _ours.Issue()), Hurried, null, one.Endpoint);
        await one.State.SetAsync("a", "1");

        await two.WaitAsync(all => all.Count == 1);
    }

    [Fact]
    public async Task A_node_of_another_authority_and_one_of_another_host_are_refused()
    {
        await using var one = await HttpNode.StartAsync(1, Files("one", _ours.Issue(host: "10.9.9.9")), Hurried);
        await using var stranger = await HttpNode.StartAsync(2, Files("stranger", _theirs.Issue(believes: _ours)), Hurried, null, one.Endpoint);
        await using var strict = await HttpNode.StartAsync(3, Files("strict", _ours.Issue()), Hurried, null, one.Endpoint);
        await using var lax = await HttpNode.StartAsync(4, Files("lax", _ours.Issue()) with { ChecksHostName = false }, Hurried, null, one.Endpoint);
        await one.State.SetAsync("a", "1");

        await lax.WaitAsync(all => all.Count == 1);
        await FailsAsync(stranger);
        await FailsAsync(strict);

        Assert.Null(await stranger.ValueAsync("a"));
        Assert.Null(await strict.ValueAsync("a"));
    }

    private static async Task FailsAsync(HttpNode node)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while ((await node.State.StatusAsync(patience.Token)).Totals.Failures == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private TlsFiles Files(string name, TlsCredentials credentials)
    {
        var files = new TlsFiles { Certificate = _folder.At($"{name}.pem"), Key = _folder.At($"{name}.key"), Authorities = _folder.At($"{name}.authorities.pem") };
        File.WriteAllLines(files.Certificate, [credentials.Certificate.ExportCertificatePem(), .. credentials.Intermediates.Select(between => between.ExportCertificatePem())]);
        using var key = credentials.Certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(files.Key, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Authorities, credentials.Authorities.ExportCertificatePems());
        return files;
    }
}
