using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ActorSync.Node.Git;

/// <summary>
/// One run of a git plumbing command in a repository. What the caller's environment or the repository's own settings
/// could change about the answer is put aside: language, pager, other repositories, replaced and grafted commits, and
/// fetches of what a partial clone lacks.
/// </summary>
internal sealed class GitProcess : IAsyncDisposable
{
    private const int MostComplaint = 2048;

    private static readonly string[] Kept =
        ["GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

    private readonly Process _process;
    private readonly string _what;
    private readonly Task<string> _complaint;

    private GitProcess(Process process, string what)
    {
        _process = process;
        _what = what;
        _complaint = ReadComplaintAsync(process.StandardError);
    }

    /// <summary>Where the command's input goes; closing it ends the input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts <c>git -C folder arguments</c>; the error says that git is not there.</summary>
    public static Result<GitProcess> Start(string? executable, string folder, params ReadOnlySpan<string> arguments)
    {
        if ((executable ?? GitExecutable.Find()) is not { } program)
            return new SyncError(SyncErrorKind.InvalidRequest, "git was not found on the PATH: install git, or import a packaged history");
        try
        {
            var process = Process.Start(Describe(program, folder, arguments))!;
            return new GitProcess(process, $"git {arguments[0]} in {folder}");
        }
        catch (Win32Exception e)
        {
            return new SyncError(SyncErrorKind.InvalidRequest, $"git could not be started ({program}: {e.Message}): install git, or import a packaged history");
        }
    }

    /// <summary>Runs a command to its end and gives what it wrote, without the last line break.</summary>
    public static async Task<Result<string>> RunAsync(string? executable, string folder, string[] arguments, CancellationToken cancellation)
    {
        if (!Start(executable, folder, arguments).TryGet(out var git, out var error))
            return error;
        await using (git)
        {
            git.Input.Close();
            var text = await git._process.StandardOutput.ReadToEndAsync(cancellation);
            return await git.EndAsync(cancellation) is { } failed ? failed : text.TrimEnd('\n');
        }
    }

    /// <summary>Waits for the command to end; the error is what git has to say, when it failed.</summary>
    public async Task<SyncError?> EndAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        if (_process.ExitCode == 0)
            return null;
        var complaint = await _complaint;
        var says = complaint.Length > 0 ? complaint : $"nothing, and ended with {_process.ExitCode}";
        return new SyncError(SyncErrorKind.InvalidRequest, $"{_what} failed; git says: {says}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _complaint;
        _process.Dispose();
    }

    private static ProcessStartInfo Describe(string program, string folder, ReadOnlySpan<string> arguments)
    {
        var info = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        foreach (var argument in (ReadOnlySpan<string>)["--no-pager", "-c", "protocol.allow=never", "-C", folder, .. arguments])
            info.ArgumentList.Add(argument);

        // Inside a hook, for one, GIT_DIR names another repository than the one asked for.
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal) && !Kept.Contains(name)).ToList())
            info.Environment.Remove(name);
        info.Environment["LC_ALL"] = "C";
        info.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        info.Environment["GIT_GRAFT_FILE"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
        info.Environment["GIT_NO_LAZY_FETCH"] = "1";
        info.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        info.Environment["GIT_TERMINAL_PROMPT"] = "0";
        return info;
    }

    // Read to the end so that git never waits for us, kept up to a bound, in one line.
    private static async Task<string> ReadComplaintAsync(StreamReader errors)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        for (int read; (read = await errors.ReadAsync(buffer)) > 0;)
            kept.Append(buffer, 0, Math.Min(read, MostComplaint - kept.Length));
        var lines = kept.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', lines.Select(WithoutPrefix));
    }

    private static string WithoutPrefix(string line)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["fatal: ", "error: "])
        {
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return line[prefix.Length..];
        }
        return line;
    }
}
