using System.Diagnostics;
using System.Globalization;
using System.Text;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

/// <summary>A temporary folder, and git in it with fixed names, dates and settings.</summary>
internal sealed class Scratch : IDisposable
{
    private static readonly string? Program = GitExecutable.Find();
    private int _clock = 1_700_000_000;

    public static bool HasGit => Program is not null;

    public string Folder { get; } = Directory.CreateTempSubdirectory("actorsync-git-").FullName;

    /// <summary>Runs git in the folder, or in one below it; what it says is given without the last line break.</summary>
    public string Git(params string[] arguments) => Git(null, arguments);

    public string Git(byte[]? input, params string[] arguments)
    {
        var info = new ProcessStartInfo(Program!, ["-C", Folder, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("GIT_", StringComparison.Ordinal)).ToList())
            info.Environment.Remove(name);
        info.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        info.Environment["GIT_CONFIG_GLOBAL"] = OperatingSystem.IsWindows() ? "NUL" : "/dev/null";
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            info.Environment[$"GIT_{who}_NAME"] = "A";
            info.Environment[$"GIT_{who}_EMAIL"] = "a@example.org";
            info.Environment[$"GIT_{who}_DATE"] = $"{_clock} +0000";
        }
        _clock += 60;
        using var process = Process.Start(info)!;
        var says = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"git {string.Join(' ', arguments)}: {says.Result}");
        return output.Result.TrimEnd('\n');
    }

    /// <summary>Begins a repository, here or in a folder below.</summary>
    public void Init(params string[] options) => Git(["-c", "init.defaultBranch=main", "init", "-q", .. options]);

    /// <summary>Commits nothing but a message on the branch that is checked out; gives the commit's id.</summary>
    public string Commit(string message)
    {
        Git("commit", "-q", "--allow-empty", "-m", message);
        return Git("rev-parse", "HEAD");
    }

    /// <summary>Writes a commit object byte for byte and points a branch at it.</summary>
    public string Craft(string branch, byte[] raw)
    {
        var oid = Git(raw, "hash-object", "-t", "commit", "-w", "--stdin");
        Git("update-ref", $"refs/heads/{branch}", oid);
        return oid;
    }

    /// <summary>
    /// A history of many commits on main, made at once: every tenth commit merges a line of three that forked from
    /// main a few commits before.
    /// </summary>
    public void FastImport(int commits)
    {
        var stream = new StringBuilder();
        var (main, side) = (0, 0);
        for (var mark = 1; mark <= commits; mark++)
        {
            var onSide = mark % 10 is 5 or 6 or 7 && mark < commits - 5;
            var merges = mark % 10 == 9 && side > 0;
            var message = string.Create(CultureInfo.InvariantCulture, $"Commit {mark}: {new string('x', mark % 400)}\n");
            stream.Append(CultureInfo.InvariantCulture, $"commit refs/heads/{(onSide ? "side" : "main")}\nmark :{mark}\ncommitter A <a@example.org> {1_500_000_000 + mark} +0000\ndata {message.Length}\n{message}");
            var from = onSide && side > 0 ? side : main;
            if (from > 0)
                stream.Append(CultureInfo.InvariantCulture, $"from :{from}\n");
            if (merges)
                stream.Append(CultureInfo.InvariantCulture, $"merge :{side}\n");
            stream.Append('\n');
            (main, side) = onSide ? (main, mark) : (mark, merges ? 0 : side);
        }
        Git(Encoding.ASCII.GetBytes(stream.ToString()), "fast-import", "--quiet");
    }

    public void Dispose()
    {
        // git writes its objects read-only, which some systems do not delete.
        foreach (var file in new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories))
            file.Attributes = FileAttributes.Normal;
        Directory.Delete(Folder, recursive: true);
    }
}
