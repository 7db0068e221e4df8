using System.Net.Sockets;
using System.Text;

namespace ActorSync.Node.Tests.Fakes;

/// <summary>A node that runs in this process as <c>actorsync node</c> does, on the data folder of a test.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly SignalWriter _output = new("control ");
    private readonly StringWriter _error = new();
    private readonly Task<int> _run;

    private RunningNode(CliRun cli, string[] args)
    {
        Socket = Path.Combine(cli.Data, "control.sock");
        _run = Task.Run(() => cli.Start(["node", "--data", cli.Data, .. args], _output, _error, "", _stop.Token));
    }

    public string Socket { get; }

    public string Log => _output.ToString();

    public string Error => _error.ToString();

    /// <summary>Ends when its log has such a line.</summary>
    public Task LoggedAsync(string text) => _output.WhenSeen(text).WaitAsync(TimeSpan.FromSeconds(20));

    /// <summary>Starts it, and waits until it serves its control socket.</summary>
    public static async Task<RunningNode> StartAsync(CliRun cli, params string[] args)
    {
        var node = new RunningNode(cli, args);
        await Task.WhenAny(node._output.Seen, node._run).WaitAsync(TimeSpan.FromSeconds(20));
        return node;
    }

    /// <summary>Asks it to stop, as the first signal does; its exit code.</summary>
    public async Task<int> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>Sends bytes as a client without any HTTP library would; all that comes back until the node closes.</summary>
    public async Task<string> SendAsync(string request)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>One request on a connection of its own.</summary>
    public Task<string> RequestAsync(string line, string body = "") =>
        SendAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    public async ValueTask DisposeAsync()
    {
        if (!_run.IsCompleted)
            await StopAsync();
        _stop.Dispose();
    }
}

/// <summary>Collects text, and tells when some of it was seen.</summary>
internal sealed class SignalWriter(string awaited) : StringWriter
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(string Text, TaskCompletionSource Seen)> _waiting = [];
    private readonly Lock _lock = new();

    public Task Seen => _seen.Task;

    /// <summary>Ends when a line with this text is there.</summary>
    public Task WhenSeen(string text)
    {
        lock (_lock)
        {
            if (base.ToString().Contains(text, StringComparison.Ordinal))
                return Task.CompletedTask;
            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((text, seen));
            return seen.Task;
        }
    }

    public override void WriteLine(string? value)
    {
        lock (_lock)
        {
            base.WriteLine(value);
            foreach (var (_, seen) in _waiting.Where(waiting => value!.Contains(waiting.Text, StringComparison.Ordinal)))
                seen.TrySetResult();
        }
        if (value!.Contains(awaited, StringComparison.Ordinal))
            _seen.TrySetResult();
    }

    public override string ToString()
    {
        lock (_lock)
            return base.ToString();
    }
}
