using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using ActorSync.Graphs;
using ActorSync.Node.Control;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>
/// <c>actorsync node</c> as a process of its own, on a data folder that outlives it. Its standard input is a pipe of this
/// process: however this one ends, the daemon does not go on without it.
/// </summary>
internal sealed class Daemon : IAsyncDisposable
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _stops = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private long _started;
    private bool _isDisposed;

    private Daemon(string data, Process process)
    {
        Data = data;
        _process = process;
    }

    public string Data { get; }

    public int ProcessId => _process.Id;

    /// <summary>Talks to its control socket.</summary>
    public HttpNodeControl Control { get; private set; } = null!;

    /// <summary>Its node id.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Where it accepts links, HOST:PORT; empty when it does not.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>From the start of the process until its control socket answered.</summary>
    public TimeSpan StartTook { get; private set; }

    /// <summary>Ends when it has heard the signal to stop.</summary>
    public Task Stops => _stops.Task;

    public string Log => Lines(_output);

    public string Error => Lines(_errors);

    /// <summary>The most memory that the process ever had resident, in bytes (Linux).</summary>
    public long PeakMemory => MemoryLine("VmHWM:");

    /// <summary>The memory that the process has resident, in bytes (Linux).</summary>
    public long Memory => MemoryLine("VmRSS:");

    /// <summary>CPU time that the process used.</summary>
    public TimeSpan Processor
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The file that is run: beside this program's own, unless the environment names another.</summary>
    private static string Program =>
        Environment.GetEnvironmentVariable("ACTORSYNC_PROGRAM") ?? Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "actorsync.exe" : "actorsync");

    /// <summary>Starts it on a folder, with HOCON below <c>actorsync</c> and <c>akka</c>, and waits until it serves its control socket.</summary>
    public static async Task<Daemon> StartAsync(string data, string hocon = "", int port = 0, string engine = "")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(data)!);
        var configuration = data + ".conf";
        await File.WriteAllTextAsync(configuration, $"actorsync {{\n  data = \"{data}\"\n  listen = \"127.0.0.1:{port}\"\n{hocon}\n}}\nakka {{\n{engine}\n}}\n");
        return await StartAsync(data, configuration, []);
    }

    /// <summary>Starts it with a configuration that lies there, and with variables beside its environment's, and waits until it serves its control socket.</summary>
    public static async Task<Daemon> StartAsync(string data, string configuration, Dictionary<string, string> environment)
    {
        var daemon = Launch(data, configuration, environment);
        try
        {
            await Task.WhenAny(daemon._serves.Task, daemon._process.WaitForExitAsync()).WaitAsync(StartTimeout);
            if (!daemon._serves.Task.IsCompleted)
                throw new InvalidOperationException($"the daemon ended with {daemon._process.ExitCode}: {daemon.Error}{daemon.Log}");
            await daemon.MeetAsync();
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it with a configuration and waits for nothing: for a start that is to fail.</summary>
    public static Daemon Launch(string data, string configuration, Dictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Program, ["node", "--config", configuration, "--until-stdin-closes"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        var daemon = new Daemon(data, new Process { StartInfo = start });
        daemon.Begin();
        return daemon;
    }

    public async Task<NodeStatus> StatusAsync() => (await Control.StatusAsync(CancellationToken.None)).Value;

    /// <summary>Sends a signal to the process.</summary>
    public void Signal(int signal)
    {
        if (Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException($"the process {_process.Id} cannot be signalled");
    }

    /// <summary>The exit code, once it has ended.</summary>
    public async Task<int> EndAsync(TimeSpan atMost)
    {
        await _process.WaitForExitAsync().WaitAsync(atMost);
        return _process.ExitCode;
    }

    /// <summary>What kill -9 does, and the power button: nothing is finished, nothing is told.</summary>
    public Task CrashAsync()
    {
        Signal(SigKill);
        return EndAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>The ids of all commands of a graph.</summary>
    public async Task<HashSet<string>> IdsAsync(GraphId graph)
    {
        var ids = new HashSet<string>();
        int? before = null;
        do
        {
            var page = (await Control.LogAsync(graph, before, 1000, CancellationToken.None)).Value;
            ids.UnionWith(page.Entries.Select(entry => entry.Id));
            before = page.Next;
        }
        while (before is not null);
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        // Who failed to start it has disposed of it.
        if (Interlocked.Exchange(ref _isDisposed, true))
            return;
        if (Control is not null)
            await Control.DisposeAsync();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private void Begin()
    {
        _started = Stopwatch.GetTimestamp();
        _process.OutputDataReceived += (_, line) => Note(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Note(_errors, line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    private async Task MeetAsync()
    {
        var line = _output.First(line => line.Contains(", control ", StringComparison.Ordinal));
        Control = new HttpNodeControl(line[(line.LastIndexOf(", control ", StringComparison.Ordinal) + 10)..]);
        var status = await StatusAsync();
        StartTook = Stopwatch.GetElapsedTime(_started);
        Id = status.Node;
        Endpoint = status.Listen is { } listen ? new Uri(listen).Authority : "";
    }

    // The line that names the control socket is written once the socket listens.
    private void Note(List<string> lines, string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
        if (line.Contains(", control ", StringComparison.Ordinal))
            _serves.TrySetResult();
        if (line.Contains(" stopping: ", StringComparison.Ordinal))
            _stops.TrySetResult();
    }

    private static string Lines(List<string> lines)
    {
        lock (lines)
            return string.Concat(lines.Select(line => line + "\n"));
    }

    private long MemoryLine(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line[name.Length..^2], NumberStyles.Integer, CultureInfo.InvariantCulture) * 1024;
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
