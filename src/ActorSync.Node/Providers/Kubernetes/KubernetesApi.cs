using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorSync.Node.Providers.Kubernetes;

/// <summary>
/// Requests to the API of Kubernetes. One is made, with its connections, for as long as requests go well: after a failure
/// the certificates are read again with the next.
/// </summary>
internal sealed class KubernetesApi : IDisposable
{
    /// <summary>Slices on one page of a list.</summary>
    public const int PageSlices = 100;

    /// <summary>Bytes of a file with a token or a namespace.</summary>
    public const int SmallFileBytes = 1 << 16;

    /// <summary>How much longer than it was asked for a watch may last before it is taken for dead.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    private readonly KubernetesSettings _settings;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <exception cref="IOException">The certificates cannot be read, as with a <see cref="CryptographicException"/> or an <see cref="UnauthorizedAccessException"/>.</exception>
    public KubernetesApi(KubernetesSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false, ConnectTimeout = settings.AnswerTimeout };
        if (settings.CertificatesFile is { } file && settings.Api.Scheme == Uri.UriSchemeHttps)
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = Trusting(file) };
        // The timeouts are those of each request.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>One page of the list of slices; null when the place that it goes on at is no longer known (410).</summary>
    public async Task<ReadOnlyMemory<byte>?> ListAsync(string? continueAt, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(_settings.AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var place = continueAt is null ? "" : $"&continue={Uri.EscapeDataString(continueAt)}";
            using var response = await SendAsync($"&limit={PageSlices}{place}", either.Token);
            if (response.StatusCode == HttpStatusCode.Gone)
                return null;
            Check(response);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await BoundedReading.ToEndAsync(body, _settings.PageBytes, "a list of Kubernetes", either.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Silent();
        }
    }

    /// <summary>Begins a watch: the lines that follow, for as long as it lasts; null when the version is too old (410).</summary>
    public async Task<KubernetesWatch?> WatchAsync(string version, CancellationToken cancellation)
    {
        var seconds = (int)_settings.WatchFor.TotalSeconds;
        var deadline = new CancellationTokenSource(_settings.AnswerTimeout, _time);
        var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        HttpResponseMessage? response = null;
        var isKept = false;
        try
        {
            response = await SendAsync(
                string.Create(CultureInfo.InvariantCulture, $"&watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={Uri.EscapeDataString(version)}"), either.Token);
            if (response.StatusCode == HttpStatusCode.Gone)
                return null;
            Check(response);
            deadline.CancelAfter(_settings.WatchFor + Grace);
            var watch = new KubernetesWatch(response, await response.Content.ReadAsStreamAsync(either.Token), _settings.LineBytes, deadline, either);
            isKept = true;
            return watch;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw Silent();
        }
        finally
        {
            // What a watch is made of is the watch's to end.
            if (!isKept)
            {
                response?.Dispose();
                either.Dispose();
                deadline.Dispose();
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string query, CancellationToken cancellation)
    {
        var area = _settings.Namespace ?? await SmallFileAsync(_settings.NamespaceFile, "namespace", cancellation);
        var path = $"apis/discovery.k8s.io/v1/namespaces/{Uri.EscapeDataString(area)}/endpointslices?labelSelector={Uri.EscapeDataString($"kubernetes.io/service-name={_settings.Service}")}{query}";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_settings.Api, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (_settings.TokenFile is { } file)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await SmallFileAsync(file, "token", cancellation));
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    private static async Task<string> SmallFileAsync(string path, string what, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        var text = System.Text.Encoding.UTF8.GetString((await BoundedReading.ToEndAsync(file, SmallFileBytes, path, cancellation)).Span).Trim();
        return text.Length > 0 && !text.Any(char.IsControl) ? text
            : throw new SyncException(new SyncError(SyncErrorKind.InvalidRequest, $"the file {path} holds no {what}"));
    }

    private SyncException Silent() =>
        new(new SyncError(SyncErrorKind.Unreachable, $"Kubernetes at {_settings.Api} did not answer within {_settings.AnswerTimeout.TotalSeconds:0.###} s"));

    private void Check(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK)
            return;
        var (kind, hint) = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => (SyncErrorKind.NotAllowed, $": the token of {_settings.TokenFile ?? "no file"} is not accepted"),
            HttpStatusCode.Forbidden => (SyncErrorKind.NotAllowed, ": the account may not list and watch endpointslices of discovery.k8s.io there"),
            HttpStatusCode.NotFound => (SyncErrorKind.InvalidRequest, ": there is no discovery.k8s.io/v1"),
            _ => (SyncErrorKind.Unreachable, ""),
        };
        throw new SyncException(new SyncError(kind, $"Kubernetes at {_settings.Api} answered {(int)response.StatusCode}{hint}"));
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
