using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using ActorSync.Node.Configuration;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.States.Json;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.States;

/// <summary>A node that exchanges a state over HTTP (<see cref="ExchangeEndpoint"/>). What it may take of time and bytes is bounded.</summary>
internal sealed class HttpPeer : IPlainPeer
{
    // Of what a refusal says so much is told.
    private const int SentenceLetters = 300;

    // An answer comes at this rate at least, once the time for its first part is over.
    private const int BytesPerSecond = 16 << 10;

    private const double ShareOfTime = 0.9;

    private readonly HttpClient _http;
    private readonly NodeId _self;
    private readonly StateSettings _settings;
    private readonly StateHttpLimits _limits;
    private readonly Action<HttpPeer, NodeId> _met;
    private readonly Uri _address;
    private long _received;
    private long _sent;

    /// <param name="endpoint">Where it is.</param>
    /// <param name="isSecure">Whether it speaks TLS.</param>
    /// <param name="http">The client, which is kept for all peers and all time.</param>
    /// <param name="self">This node: it says who it is.</param>
    /// <param name="settings">The state's settings.</param>
    /// <param name="limits">What it may take.</param>
    /// <param name="met">Hears which node it says it is.</param>
    public HttpPeer(TcpEndpoint endpoint, bool isSecure, HttpClient http, NodeId self, StateSettings settings, StateHttpLimits limits, Action<HttpPeer, NodeId> met)
    {
        _address = new Uri($"{(isSecure ? "https" : "http")}://{(endpoint with { IsTls = false }).ToString()[TcpEndpoint.Prefix.Length..]}/");
        _http = http;
        _self = self;
        _settings = settings;
        _limits = limits;
        _met = met;
        Endpoint = endpoint;
        Id = new NodeId(BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(_address.ToString()))));
    }

    public TcpEndpoint Endpoint { get; }

    public NodeId Id { get; }

    public string Name => _address.ToString().TrimEnd('/');

    /// <summary>Which node it said it is; null for one that does not say.</summary>
    public NodeId? Node { get; set; }

    public long BytesReceived => Interlocked.Read(ref _received);

    public long BytesSent => Interlocked.Read(ref _sent);

    public Task<Result<StateVersion?>> HandAsync(IReadOnlyList<StateEntry> entries) => TryAsync(async late =>
    {
        var body = EntryJson.ToBytes(entries);
        Interlocked.Add(ref _sent, body.Length);
        using var request = Request(HttpMethod.Put, _address);
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        // The peer makes it durable before it answers, and may be slow to take it: that has all the time there is.
        using var response = Met(await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late));
        if (response.StatusCode is not (HttpStatusCode.NoContent or HttpStatusCode.OK))
            return await RefusedAsync(response, late);
        return new Result<StateVersion?>(VersionOf(response));
    });

    public Task<Result<IReadOnlyList<StateEntry>?>> AskAsync(StateVersion version) => TryAsync(async late =>
    {
        using var request = Request(HttpMethod.Get, new Uri(_address, version.ToString()));
        request.Headers.AcceptEncoding.Add(new("gzip"));
        using var response = Met(await BeginAsync(request, late));
        if (response.StatusCode == HttpStatusCode.NoContent)
            return new Result<IReadOnlyList<StateEntry>?>(null);
        if (response.StatusCode != HttpStatusCode.OK)
            return await RefusedAsync(response, late);
        if (!(await BodyAsync(response, _limits.AnswerBytes, late)).TryGet(out var body, out var error))
            return error;
        return EntryJsonReader.ReadEntries(body, _settings.TombstoneTtl).TryGet(out var entries, out error)
            ? new Result<IReadOnlyList<StateEntry>?>(entries)
            : error;
    });

    private HttpRequestMessage Request(HttpMethod method, Uri uri) => new(method, uri)
    {
        Headers = { { ExchangeEndpoint.NodeHeader, _self.ToString() } },
    };

    // All of it has its time: a little less than the state waits, so that it hears what happened.
    private async Task<Result<T>> TryAsync<T>(Func<CancellationToken, Task<Result<T>>> call)
    {
        using var late = new CancellationTokenSource(_settings.PlainAnswerWithin * ShareOfTime);
        try
        {
            return await call(late.Token);
        }
        catch (OperationCanceledException)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{Name} did not answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{Name} cannot be reached: {e.GetBaseException().Message}");
        }
    }

    // Being reached and beginning to answer have their time.
    private async Task<HttpResponseMessage> BeginAsync(HttpRequestMessage request, CancellationToken late)
    {
        using var first = CancellationTokenSource.CreateLinkedTokenSource(late);
        first.CancelAfter(_limits.ConnectWithin + _limits.ReadWithin);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, first.Token);
    }

    private HttpResponseMessage Met(HttpResponseMessage response)
    {
        if (response.Headers.TryGetValues(ExchangeEndpoint.NodeHeader, out var said) && NodeId.TryParse(said.First(), out var node))
            _met(this, node);
        return response;
    }

    // Each part of an answer has its time; and parts that come in time, but drop by drop, do not hold up the others.
    private async Task<Result<ReadOnlyMemory<byte>>> BodyAsync(HttpResponseMessage response, int most, CancellationToken late)
    {
        if (response.Content.Headers.ContentLength > most)
            return TooLong(most);
        await using var body = await response.Content.ReadAsStreamAsync(late);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        var begun = Stopwatch.StartNew();
        while (true)
        {
            using var part = CancellationTokenSource.CreateLinkedTokenSource(late);
            var due = _limits.ReadWithin + TimeSpan.FromSeconds(bytes.Length / (double)BytesPerSecond) - begun.Elapsed;
            part.CancelAfter(TimeSpan.FromTicks(Math.Clamp(due.Ticks, 0, _limits.ReadWithin.Ticks)));
            var read = await body.ReadAsync(buffer, part.Token);
            if (read == 0)
                break;
            Interlocked.Add(ref _received, read);
            if (bytes.Length + read > most)
                return TooLong(most);
            bytes.Write(buffer, 0, read);
        }
        if (response.Content.Headers.ContentEncoding.LastOrDefault() is not "gzip")
            return new ReadOnlyMemory<byte>(bytes.GetBuffer(), 0, (int)bytes.Length);
        bytes.Position = 0;
        return Unpacked(bytes, most);
    }

    // A small answer may unpack to a huge one: that is over the limit as soon as it is.
    private Result<ReadOnlyMemory<byte>> Unpacked(Stream packed, int most)
    {
        using var gzip = new GZipStream(packed, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var buffer = new byte[64 << 10];
        try
        {
            while (gzip.Read(buffer) is > 0 and var read)
            {
                if (bytes.Length + read > most)
                    return TooLong(most);
                bytes.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            return new SyncError(SyncErrorKind.MalformedPayload, $"the answer of {Name} is no gzip: {e.Message}");
        }
        return new ReadOnlyMemory<byte>(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    // A sentence of it is told, if it is short.
    private async Task<SyncError> RefusedAsync(HttpResponseMessage response, CancellationToken late)
    {
        var body = await BodyAsync(response, 4096, late);
        var said = body.Error is null ? Encoding.UTF8.GetString(body.Value.Span).ReplaceLineEndings(" ").Trim() : "";
        said = said.Length <= SentenceLetters ? said : said[..SentenceLetters] + "…";
        return new SyncError(KindOf(response.StatusCode), $"{Name} answered {(int)response.StatusCode}{(said.Length == 0 ? "" : $": {said}")}");
    }

    private static SyncErrorKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.UnprocessableEntity => SyncErrorKind.Rejected,
        HttpStatusCode.NotFound or HttpStatusCode.BadRequest => SyncErrorKind.InvalidRequest,
        HttpStatusCode.RequestEntityTooLarge => SyncErrorKind.LimitExceeded,
        HttpStatusCode.ServiceUnavailable => SyncErrorKind.Busy,
        _ => SyncErrorKind.Unreachable,
    };

    private SyncError TooLong(int most) => new(SyncErrorKind.LimitExceeded, $"the answer of {Name} is longer than {most} bytes (actorsync.states.answer-bytes)");

    private static StateVersion? VersionOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(ExchangeEndpoint.VersionHeader, out var said) && StateVersion.TryParse(said.First(), out var version) ? version : null;
}
