using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorSync.Node.Providers.Kubernetes;
using ActorSync.Node.Tests.Fakes;
using ActorSync.Peers.Providers;
using Microsoft.AspNetCore.Hosting;
using static ActorSync.Node.Tests.Providers.KubernetesStandIn;

namespace ActorSync.Node.Tests.Providers;

public sealed class KubernetesPeersTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(0.75);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private readonly TemporaryFolder _folder = new();
    private KubernetesStandIn _api = null!;
    private Views? _views;

    public async Task InitializeAsync()
    {
        _api = await StartAsync();
        await File.WriteAllTextAsync(_folder.At("token"), "secret-1\n");
        await File.WriteAllTextAsync(_folder.At("namespace"), "prod");
    }

    public async Task DisposeAsync()
    {
        if (_views is not null)
            await _views.DisposeAsync();
        await _api.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Peers_are_listed_and_then_watched()
    {
        var views = Watch();
        var next = views.NextAsync();
        var list = await _api.ListAsync();
        Assert.Equal((KubernetesStandIn.Path, "kubernetes.io/service-name=peers", "Bearer secret-1"), (list.Path, $"{list.Query["labelSelector"]}", list.Authorization));
        await list.AnswerAsync("7", Slice("a", "5", "10.0.0.1"), Slice("b", "6", "fd00::1"));
        Assert.Equal("10.0.0.1:7400, [fd00::1]:7400", $"{(await next).Peers}");

        next = views.NextAsync();
        var watch = await _api.WatchAsync("7");
        Assert.Equal("300", $"{watch.Query["timeoutSeconds"]}");
        await watch.LineAsync("MODIFIED", Slice("a", "8", "10.0.0.1", "10.0.0.2"));
        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400, [fd00::1]:7400", $"{(await next).Peers}");

        next = views.NextAsync();
        await watch.LineAsync("DELETED", Slice("b", "9", "fd00::1"));
        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400", $"{(await next).Peers}");
    }

    [Fact]
    public async Task Pages_make_one_list()
    {
        var next = Watch().NextAsync();
        await (await _api.ListAsync()).AnswerAsync(200, List("7", "more&more", Slice("a", "5", "10.0.0.1")));
        await (await _api.ListAsync("more&more")).AnswerAsync("7", Slice("b", "6", "10.0.0.2"));

        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400", $"{(await next).Peers}");
    }

    [Fact]
    public async Task A_watch_that_ends_in_order_is_begun_again_where_it_was()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.LineAsync("BOOKMARK", """{"metadata":{"resourceVersion":"42"}}""");
        watch.End();
        await PassAsync(FirstRetry);

        watch = await _api.WatchAsync("42");
        await watch.LineAsync("ADDED", Slice("b", "43", "10.0.0.2"));

        Assert.Equal("10.0.0.1:7400, 10.0.0.2:7400", $"{(await next).Peers}");
        // Both watches and the list went over the connection that was there.
        Assert.Single(_api.Connections);
    }

    [Fact]
    public async Task A_watch_that_is_cut_in_the_middle_of_a_line_is_begun_again_and_the_half_line_is_nothing()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.LineAsync("ADDED", Slice("b", "8", "10.0.0.2"));
        await next;
        next = views.NextAsync();
        await watch.SendAsync("{\"type\":\"DELETED\",\"object\":");
        watch.Cut();

        var view = await next;
        Assert.Equal(("10.0.0.1:7400, 10.0.0.2:7400", SyncErrorKind.Unreachable), ($"{view.Peers}", view.Error?.Kind));

        next = views.NextAsync();
        await PassAsync(FirstRetry);
        await (await _api.WatchAsync("8")).BeginAsync();
        Assert.Equal(new PeerView(view.Peers), await next);
    }

    [Fact]
    public async Task A_watch_that_ends_in_the_middle_of_a_line_is_an_error()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.SendAsync("{\"type\":");
        watch.End();

        Assert.Contains("in the middle of a line", (await next).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_too_old_has_everything_listed_anew()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.LineAsync("ERROR", """{"kind":"Status","code":410}""");
        await PassAsync(FirstRetry);
        await (await _api.ListAsync()).AnswerAsync("99", Slice("b", "98", "10.0.0.2"));

        Assert.Equal(new PeerView(Peers("10.0.0.2:7400")), await next);
        next = views.NextAsync();

        // The same said by the answer's code, and no watch that was of use in between: the wait is longer.
        await (await _api.WatchAsync("99")).AnswerAsync(410);
        await PassAsync(2 * FirstRetry);
        await (await _api.ListAsync()).AnswerAsync("100", Slice("c", "100", "10.0.0.3"));
        Assert.Equal(new PeerView(Peers("10.0.0.3:7400")), await next);
    }

    [Fact]
    public async Task A_token_that_is_not_accepted_is_an_error_and_one_that_was_replaced_is_read_again()
    {
        var views = Watch();
        var next = views.NextAsync();
        await (await _api.ListAsync()).AnswerAsync(401);
        var view = await next;
        Assert.Equal((SyncErrorKind.NotAllowed, 0), (view.Error?.Kind, view.Peers.Count));
        Assert.Contains("token", view.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", view.Error.Message, StringComparison.Ordinal);

        await File.WriteAllTextAsync(_folder.At("token"), "secret-2");
        next = views.NextAsync();
        await PassAsync(FirstRetry);
        var list = await _api.ListAsync();
        Assert.Equal("Bearer secret-2", list.Authorization);
        await list.AnswerAsync("7", Slice("a", "5", "10.0.0.1"));
        Assert.Equal(new PeerView(Peers("10.0.0.1:7400")), await next);
    }

    [Fact]
    public async Task What_goes_on_failing_is_told_once_and_tried_again_later_each_time()
    {
        var views = Watch();
        var next = views.NextAsync();
        await (await _api.ListAsync()).AnswerAsync(500);
        Assert.Contains("answered 500", (await next).Error!.Message, StringComparison.Ordinal);

        next = views.NextAsync();
        foreach (var times in (int[])[1, 2])
        {
            await PassAsync(times * FirstRetry);
            await (await _api.ListAsync()).AnswerAsync(500);
        }
        await PassAsync(4 * FirstRetry);
        await (await _api.ListAsync()).AnswerAsync("7");
        Assert.Equal(new PeerView(PeerSet.Empty), await next);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_an_error()
    {
        var views = Watch();
        var next = views.NextAsync();
        await _api.ListAsync();
        await PassAsync(AnswerTimeout);

        Assert.Contains("did not answer within 10 s", (await next).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_comes_too_slowly_is_an_error()
    {
        var views = Watch();
        var next = views.NextAsync();
        await (await _api.ListAsync()).SendAsync("{\"items\":[");
        await PassAsync(AnswerTimeout);

        Assert.Contains("did not answer within 10 s", (await next).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_does_not_end_when_it_should_have_is_dead()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.LineAsync("ADDED", Slice("b", "8", "10.0.0.2"));
        await next;
        next = views.NextAsync();
        await PassAsync(TimeSpan.FromSeconds(315));
        Assert.Contains("its connection is dead", (await next).Error!.Message, StringComparison.Ordinal);

        next = views.NextAsync();
        await PassAsync(FirstRetry);
        await (await _api.WatchAsync("8")).BeginAsync();
        Assert.Null((await next).Error);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_an_error_and_everything_is_listed_anew()
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.SendAsync(new string(' ', 1000) + '\n' + new string('x', 1001));

        Assert.Equal(SyncErrorKind.LimitExceeded, (await next).Error?.Kind);
        next = views.NextAsync();
        await PassAsync(FirstRetry);
        await (await _api.ListAsync()).AnswerAsync("9", Slice("b", "9", "10.0.0.2"));
        Assert.Equal(new PeerView(Peers("10.0.0.2:7400")), await next);
    }

    [Fact]
    public async Task A_list_that_is_too_long_is_an_error()
    {
        var next = Watch().NextAsync();
        await (await _api.ListAsync()).AnswerAsync(200, new string(' ', 5001));

        Assert.Equal(SyncErrorKind.LimitExceeded, (await next).Error?.Kind);
    }

    [Theory]
    [InlineData("rubbish")]
    [InlineData("{\"type\":\"ADDED\",\"object\":{}}")]
    public async Task Rubbish_is_an_error_and_everything_is_listed_anew(string line)
    {
        var (views, watch) = await WatchingAsync();
        var next = views.NextAsync();
        await watch.SendAsync($"{line}\n");

        var view = await next;
        Assert.Equal((Peers("10.0.0.1:7400"), SyncErrorKind.MalformedPayload), (view.Peers, view.Error?.Kind));
        _ = views.NextAsync();
        await PassAsync(FirstRetry);
        await _api.ListAsync();
    }

    [Fact]
    public async Task A_token_that_cannot_be_read_is_an_error_that_names_the_file()
    {
        File.Delete(_folder.At("token"));

        Assert.Contains(_folder.At("token"), (await Watch().NextAsync()).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_API_is_trusted_by_the_certificates_of_the_file_alone()
    {
        using var good = Certificate("127.0.0.1");
        using var other = Certificate("127.0.0.1");
        await File.WriteAllTextAsync(_folder.At("ca.crt"), other.ExportCertificatePem());
        await using var api = await StartAsync(listen => listen.UseHttps(good));
        _views = new Views(new KubernetesPeers(Settings with { Api = api.Address, CertificatesFile = _folder.At("ca.crt") }, _time, new EvenRandom()));

        Assert.Equal(SyncErrorKind.Unreachable, (await _views.NextAsync()).Error?.Kind);

        // Other certificates are read when the file has them.
        await File.WriteAllTextAsync(_folder.At("ca.crt"), good.ExportCertificatePem());
        var next = _views.NextAsync();
        await PassAsync(FirstRetry);
        await (await api.ListAsync()).AnswerAsync("7", Slice("a", "5", "10.0.0.1"));
        Assert.Equal(new PeerView(Peers("10.0.0.1:7400")), await next);
    }

    private KubernetesSettings Settings => new()
    {
        Api = _api.Address,
        Service = "peers",
        PortName = "sync",
        NamespaceFile = _folder.At("namespace"),
        TokenFile = _folder.At("token"),
        CertificatesFile = null,
        AnswerTimeout = AnswerTimeout,
        RetryFirst = TimeSpan.FromSeconds(1),
        PageBytes = 5000,
        LineBytes = 1000,
    };

    private static PeerSet Peers(params string[] texts) => PeerSet.Of(texts.Select(text => PeerEndpoint.Parse(text).Value)).Value;

    private static X509Certificate2 Certificate(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Guid.NewGuid()}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private Views Watch() => _views = new Views(new KubernetesPeers(Settings, _time, new EvenRandom()));

    /// <summary>A watch that follows a list with one peer.</summary>
    private async Task<(Views Views, Request Watch)> WatchingAsync()
    {
        var views = Watch();
        var next = views.NextAsync();
        await (await _api.ListAsync()).AnswerAsync("7", Slice("a", "5", "10.0.0.1"));
        await next;
        _ = views.BeginAsync();
        return (views, await _api.WatchAsync("7"));
    }

    private async Task PassAsync(TimeSpan wait)
    {
        await _time.TimerOf(wait);
        _time.Advance(wait);
    }
}
