using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>Control of a running node, over its control socket.</summary>
public sealed class HttpNodeControl : INodeControl
{
    private readonly HttpClient _http;
    private readonly string _path;

    public HttpNodeControl(string path)
    {
        _path = path;
        var handler = new SocketsHttpHandler { UseProxy = false, ConnectTimeout = ControlLimits.Headers, ConnectCallback = ConnectAsync };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://localhost"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public bool Running => true;

    public Task<Result<NodeStatus>> StatusAsync(CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, "/status", null, ControlJson.Line.NodeStatus, cancellation);

    public Task<Result<GraphCreated>> CreateGraphAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/graphs", new ReadOnlyMemoryContent(payload), ControlJson.Line.GraphCreated, cancellation);

    public Task<Result<CommandAdded>> AddAsync(GraphId graph, ReadOnlyMemory<byte> payload, ActionOptions options, CancellationToken cancellation)
    {
        var place = options.Finalize ? "finalize=true" : $"priority={options.Priority}";
        var ack = options.Ack is { } mode ? $"&ack={mode.ToString().ToLowerInvariant()}" : "";
        return AskAsync(HttpMethod.Post, $"/graphs/{graph}/commands?{place}{ack}", new ReadOnlyMemoryContent(payload), ControlJson.Line.CommandAdded, cancellation);
    }

    public async Task<Result<FactList>> FactsAsync(GraphId graph, FactQuery query, CancellationToken cancellation)
    {
        var name = query.Name is null ? "" : $"name={Uri.EscapeDataString(query.Name)}&";
        return (await ListAsync($"/graphs/{graph}/facts?{name}prefix={Uri.EscapeDataString(query.Prefix)}", ControlJson.Line.FactEntry, cancellation)).TryGet(out var facts, out var error)
            ? new FactList(facts)
            : error;
    }

    public async Task<Result<WeaveList>> WeaveAsync(GraphId graph, CancellationToken cancellation) =>
        (await ListAsync($"/graphs/{graph}/weave", ControlJson.Line.WeaveEntry, cancellation)).TryGet(out var entries, out var error) ? new WeaveList(entries) : error;

    public Task<Result<LogPage>> LogAsync(GraphId graph, int? before, int limit, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, $"/graphs/{graph}/log?limit={limit}{(before is null ? "" : $"&before={before}")}", null, ControlJson.Line.LogPage, cancellation);

    public async Task<Result<GraphWatch>> WatchAsync(GraphId graph, CancellationToken cancellation) =>
        (await ListAsync($"/graphs/{graph}/watch", ControlJson.Line.GraphVersion, cancellation)).TryGet(out var versions, out var error) ? new GraphWatch(versions) : error;

    public Task<Result<VerifyReport>> VerifyAsync(GraphId graph, IProgress<VerifyProgress> progress, CancellationToken cancellation) =>
        RunAsync($"/graphs/{graph}/verify", null, ControlJson.Line.StreamLineVerifyProgressVerifyReport, progress, cancellation);

    public Task<Result<SyncReport>> SyncAsync(SyncRequest request, IProgress<SyncProgress> progress, CancellationToken cancellation) =>
        RunAsync("/sync", JsonContent.Create(request, ControlJson.Line.SyncRequest), ControlJson.Line.StreamLineSyncProgressSyncReport, progress, cancellation);

    public Task<Result<PeerLinked>> ConnectAsync(PeerRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/connect", JsonContent.Create(request, ControlJson.Line.PeerRequest), ControlJson.Line.PeerLinked, cancellation);

    public Task<Result<MemberRequest>> RemoveMemberAsync(MemberRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/members/remove", JsonContent.Create(request, ControlJson.Line.MemberRequest), ControlJson.Line.MemberRequest, cancellation);

    public Task<Result<PeerRequest>> DisconnectAsync(PeerRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/disconnect", JsonContent.Create(request, ControlJson.Line.PeerRequest), ControlJson.Line.PeerRequest, cancellation);

    public Task<Result<PeerGraph>> SubscribeAsync(PeerGraph request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/subscribe", JsonContent.Create(request, ControlJson.Line.PeerGraph), ControlJson.Line.PeerGraph, cancellation);

    public Task<Result<PeerGraph>> UnsubscribeAsync(PeerGraph request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/unsubscribe", JsonContent.Create(request, ControlJson.Line.PeerGraph), ControlJson.Line.PeerGraph, cancellation);

    public Task<Result<PeerGraph>> HelloAsync(HelloRequest request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/hello", JsonContent.Create(request, ControlJson.Line.HelloRequest), ControlJson.Line.PeerGraph, cancellation);

    public Task<Result<PeerGraph>> StopHelloAsync(PeerGraph request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/unhello", JsonContent.Create(request, ControlJson.Line.PeerGraph), ControlJson.Line.PeerGraph, cancellation);

    public Task<Result<ImportReport>> ImportGitAsync(ImportRequest request, IProgress<ImportProgress> progress, CancellationToken cancellation) =>
        RunAsync("/import-git", JsonContent.Create(request, ControlJson.Line.ImportRequest), ControlJson.Line.StreamLineImportProgressImportReport, progress, cancellation);

    public Task<Result<WaitReport>> WaitConvergedAsync(WaitRequest request, IProgress<WaitProgress> progress, CancellationToken cancellation) =>
        RunAsync("/wait", JsonContent.Create(request, ControlJson.Line.WaitRequest), ControlJson.Line.StreamLineWaitProgressWaitReport, progress, cancellation);

    public async Task<Result<StateLines>> StateListAsync(string state, string prefix, CancellationToken cancellation) =>
        (await ListAsync($"/state/entries?{Query(state)}&prefix={Uri.EscapeDataString(prefix)}", ControlJson.Line.StateLine, cancellation)).TryGet(out var lines, out var error) ? new StateLines(lines) : error;

    public Task<Result<StateLine?>> StateGetAsync(string state, string key, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Get, $"/state/entry?{Query(state)}&key={Uri.EscapeDataString(key)}", null, ControlJson.Line.StateLine!, cancellation)!;

    public Task<Result<StateWritten>> StateWriteAsync(StateWrite request, CancellationToken cancellation) =>
        AskAsync(HttpMethod.Post, "/state/write", JsonContent.Create(request, ControlJson.Line.StateWrite), ControlJson.Line.StateWritten, cancellation);

    public async Task<Result<StateWatch>> StateWatchAsync(string state, string prefix, CancellationToken cancellation) =>
        (await ListAsync($"/state/watch?{Query(state)}&prefix={Uri.EscapeDataString(prefix)}", ControlJson.Line.StateChanged, cancellation)).TryGet(out var changes, out var error) ? new StateWatch(changes) : error;

    private static string Query(string state) => $"state={Uri.EscapeDataString(state)}";

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<Result<T>> AskAsync<T>(HttpMethod method, string uri, HttpContent? body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(ControlLimits.Answer);
        try
        {
            var (response, error) = await OpenAsync(method, uri, body, late.Token);
            if (error is not null)
                return error;
            using (response)
                return (await response!.Content.ReadFromJsonAsync(type, late.Token))!;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"the node on {_path} did not answer within {ControlLimits.Answer.TotalSeconds} seconds");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return Gone(e);
        }
    }

    private async Task<Result<IAsyncEnumerable<T>>> ListAsync<T>(string uri, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        try
        {
            var (response, error) = await OpenAsync(HttpMethod.Get, uri, null, cancellation);
            return error is null ? new Result<IAsyncEnumerable<T>>(ResponseLines.ReadAsync(response!, type, cancellation)) : error;
        }
        catch (HttpRequestException e)
        {
            return Gone(e);
        }
    }

    private async Task<Result<TResult>> RunAsync<TProgress, TResult>(
        string uri, HttpContent? body, JsonTypeInfo<StreamLine<TProgress, TResult>> type, IProgress<TProgress> progress, CancellationToken cancellation)
        where TProgress : class
        where TResult : class
    {
        try
        {
            var (response, refused) = await OpenAsync(HttpMethod.Post, uri, body, cancellation);
            if (refused is not null)
                return refused;
            await foreach (var line in ResponseLines.ReadAsync(response!, type, cancellation))
            {
                if (line.Progress is { } step)
                    progress.Report(step);
                if (line.Result is { } result)
                    return result;
                if (line.Error is { } error)
                    return error.ToError();
            }
            return Gone(null);
        }
        catch (HttpRequestException e)
        {
            return Gone(e);
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    private async Task<(HttpResponseMessage? Response, SyncError? Error)> OpenAsync(HttpMethod method, string uri, HttpContent? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, uri) { Content = body };
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
            return (response, null);
        using (response)
            return (null, await ErrorOfAsync(response, cancellation));
    }

    private static async Task<SyncError> ErrorOfAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            return (await response.Content.ReadFromJsonAsync(ControlJson.Line.ErrorBody, cancellation))!.Error.ToError();
        }
        catch (JsonException)
        {
            // What refuses a request before a node reads it, such as a limit of the server, says no more than that.
            return new SyncError(SyncErrorKind.InvalidRequest, $"the node answered with the HTTP status {(int)response.StatusCode}");
        }
    }

    private SyncError Gone(Exception? e) =>
        new(SyncErrorKind.Unreachable, $"no node answers on the control socket {_path}{(e is null ? ": it ended the answer halfway" : $": {e.GetBaseException().Message}")}");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
