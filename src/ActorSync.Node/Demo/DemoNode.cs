using System.Diagnostics;
using System.Text.Json;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;

namespace ActorSync.Node.Demo;

/// <summary>
/// One node of a demo: <c>actorsync node</c> as a process of its own, and its control socket. The process holds the read
/// end of a pipe as its standard input and stops when that ends, so that it never outlives this one, however this ends.
/// </summary>
internal sealed class DemoNode : IAsyncDisposable
{
    private const int LastLines = 20;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;
    private readonly StreamWriter _log;
    private readonly Queue<string> _last = new();
    private readonly string _socket;
    private volatile bool _isToldToEnd;
    private volatile bool _isKilled;

    private DemoNode(int number, Process process, string folder, string socket)
    {
        Number = number;
        Control = new HttpNodeControl(socket);
        _process = process;
        _socket = socket;
        _log = new StreamWriter(Path.Combine(folder, "node.log"), append: true);
    }

    /// <summary>From 1.</summary>
    public int Number { get; }

    public int ProcessId => _process.Id;

    public INodeControl Control { get; }

    /// <summary>The port where it accepts links.</summary>
    public int Port { get; private set; }

    /// <summary>Where it accepts links, HOST:PORT.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Its node id.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Whether its process was killed.</summary>
    public bool IsKilled => _isKilled;

    /// <summary>Its process is gone: why, if it was not told to end.</summary>
    public Task<SyncError?> Ended { get; private set; } = Task.FromResult<SyncError?>(null);

    /// <summary>Starts a node that keeps all it has in a folder, and waits until it answers.</summary>
    /// <exception cref="SyncException">It ended, or did not answer in time; the error says what it printed last.</exception>
    public static async Task<DemoNode> StartAsync(int number, NodeProgram program, string folder, DemoRole role, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var data = Path.Combine(folder, "data");
        var configuration = Path.Combine(folder, "node.conf");
        var socket = ControlSocketPath.For(new NodeSettings { DataFolder = data }).Value;
        // A JSON string is a HOCON string as well.
        await File.WriteAllTextAsync(
            configuration, $"actorsync {{\n  data = {JsonSerializer.Serialize(data, ControlJson.Line.String)}\n  listen = \"127.0.0.1:0\"\n  {role.Configuration}\n}}\n", cancellation);
        var node = new DemoNode(number, new Process { StartInfo = program.Node(configuration, role.Arguments) }, folder, socket);
        try
        {
            node.Begin();
            await node.UntilItAnswersAsync(cancellation);
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the node holds and does.</summary>
    /// <exception cref="SyncException">The process is gone, or does not answer.</exception>
    public async Task<NodeStatus> StatusAsync(CancellationToken cancellation) => Check(await Control.StatusAsync(cancellation));

    /// <summary>The value that the node answered.</summary>
    /// <exception cref="SyncException">It answered with an error, or not; the sentence names the node.</exception>
    public T Check<T>(Result<T> answer)
    {
        return answer.TryGet(out var value, out var error) ? value : throw new SyncException(new SyncError(error.Kind, $"node {Number}: {error.Message}"));
    }

    /// <summary>Lets the node end in good order; if it does not, ends its process.</summary>
    public async Task EndAsync()
    {
        _isToldToEnd = true;
        _process.StandardInput.Close();
        try
        {
            await Ended.WaitAsync(StopTimeout);
        }
        catch (TimeoutException)
        {
            _process.Kill();
            await Ended;
        }
    }

    /// <summary>Ends its process at once, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _isKilled = _isToldToEnd = true;
        _process.Kill();
        await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        if (!Ended.IsCompleted)
            await EndAsync();
        await Control.DisposeAsync();
        _process.Dispose();
        await _log.DisposeAsync();
    }

    private void Begin()
    {
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Ended = WatchAsync();
    }

    private async Task<SyncError?> WatchAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _isToldToEnd ? null : new SyncError(SyncErrorKind.Busy, $"node {Number} ended with {_process.ExitCode}: {LastLine()}");
    }

    private async Task UntilItAnswersAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await ControlSocketPath.IsLiveAsync(_socket, cancellation))
        {
            if (_process.HasExited)
                throw new SyncException(new SyncError(SyncErrorKind.Busy, $"node {Number} ended with {_process.ExitCode} as it began: {LastLine()}"));
            if (Stopwatch.GetElapsedTime(began) > StartTimeout)
                throw new SyncException(new SyncError(SyncErrorKind.Unreachable, $"node {Number} did not answer within {StartTimeout.TotalSeconds} seconds: {LastLine()}"));
            await Task.Delay(LookAgain, cancellation);
        }
        var status = await StatusAsync(cancellation);
        Id = status.Node;
        Port = new Uri(status.Listen!).Port;
    }

    private void Note(string? line)
    {
        if (line is null)
            return;
        lock (_last)
        {
            _log.WriteLine(line);
            _log.Flush();
            _last.Enqueue(line);
            if (_last.Count > LastLines)
                _last.Dequeue();
        }
    }

    private string LastLine()
    {
        lock (_last)
        {
            const string Own = "actorsync: ";
            var last = _last.LastOrDefault(line => line.StartsWith(Own, StringComparison.Ordinal))?[Own.Length..] ?? _last.LastOrDefault();
            return last ?? "it printed nothing";
        }
    }
}
