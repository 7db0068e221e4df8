using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Threading.Channels;

namespace ActorSync.Bench.SideBySide.Harness;

/// <summary>
/// A process of this run, told what to do in lines and answering in lines. Its standard input is a pipe of this process:
/// however this one ends, the child hears of it and ends too.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _name;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _errors = new();
    private bool _isDisposed;

    private Child(string name, ProcessStartInfo start)
    {
        _name = name;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>This program once more, in a role.</summary>
    public static Child Role(string role, params string[] arguments) => Role(role, arguments, null);

    /// <summary>This program once more, in a role, with variables of its environment set.</summary>
    public static Child Role(string role, string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        var program = Environment.ProcessPath!;
        string[] self = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [Assembly.GetExecutingAssembly().Location] : [];
        return Start(role, program, [.. self, "--role", role, .. arguments], environment: environment);
    }

    public static Child Start(string name, string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        return new Child(name, start);
    }

    /// <summary>Sends a line and waits for the answer to it.</summary>
    public async Task<string> AskAsync(string line, CancellationToken cancellation)
    {
        await TellAsync(line);
        return await AnswerAsync(cancellation);
    }

    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next line that the process writes.</summary>
    /// <exception cref="BenchException">It ended instead.</exception>
    public async Task<string> AnswerAsync(CancellationToken cancellation)
    {
        if (await _lines.Reader.WaitToReadAsync(cancellation) && _lines.Reader.TryRead(out var line))
            return line.StartsWith("failed ", StringComparison.Ordinal) ? throw new BenchException($"{_name}: {line[7..]}") : line;
        throw new BenchException($"{_name} ended: {string.Join('\n', _errors)}");
    }

    /// <summary>All lines until it ends.</summary>
    public IAsyncEnumerable<string> LinesAsync(CancellationToken cancellation) => _lines.Reader.ReadAllAsync(cancellation);

    /// <summary>Waits for the end of a process that ends by itself.</summary>
    /// <exception cref="BenchException">It failed.</exception>
    public async Task EndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode != 0)
            throw new BenchException($"{_name} ended with {_process.ExitCode}: {string.Join('\n', _errors)}");
    }

    public Stream Input => _process.StandardInput.BaseStream;

    public void CloseInput() => _process.StandardInput.Close();

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (!_process.HasExited)
        {
            CloseInput();
            using var late = new CancellationTokenSource(EndWithin);
            try
            {
                await _process.WaitForExitAsync(late.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
                await _process.WaitForExitAsync();
            }
        }
        _process.Dispose();
    }

    private void Note(string? line)
    {
        if (line is null)
            _lines.Writer.TryComplete();
        else
            _lines.Writer.TryWrite(line);
    }

    private void Keep(string? line)
    {
        if (line is not null && _errors.Count < 100)
            _errors.Enqueue(line);
    }
}
