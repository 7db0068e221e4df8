using System.Reflection;
using ActorSync.Bench.SideBySide.Harness;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>Which of the peers are installed on this machine.</summary>
/// <param name="Git">The folder of git's own programs; null without a git that can serve.</param>
/// <param name="Scripts">The peers that run on Node and are set up here.</param>
internal sealed record Installed(string? Git, IReadOnlyList<string> Scripts)
{
    public static readonly Installed None = new(null, []);

    private static readonly (string Name, string Package)[] Known =
        [("hypercore", "hypercore"), ("automerge", "@automerge/automerge"), ("yjs", "yjs")];

    /// <summary>The folder of this program's sources, where <c>npm ci</c> puts the packages.</summary>
    public static string Folder { get; } =
        typeof(Installed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "BenchFolder").Value!;

    public static async Task<Installed> FindAsync(CancellationToken cancellation)
    {
        var programs = await TryAsync("git", ["--exec-path"], cancellation);
        var git = programs is not null && File.Exists(Path.Combine(programs, "git-daemon")) ? programs : null;
        var node = await TryAsync("node", ["--version"], cancellation);
        var scripts = node is null ? [] : Known.Where(peer => Directory.Exists(Path.Combine(Folder, "node_modules", peer.Package))).Select(peer => peer.Name).ToArray();
        if (node is not null && scripts.Length < Known.Length)
            Progress.Say($"not set up: {string.Join(", ", Known.Select(peer => peer.Name).Except(scripts))}; run npm ci in {Folder}");
        return new Installed(git, scripts);
    }

    public override string ToString() => string.Join(", ", [.. Git is null ? (string[])[] : ["git"], .. Scripts]) is { Length: > 0 } names ? names : "none";

    private static async Task<string?> TryAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        try
        {
            await using var child = Child.Start(program, program, arguments);
            var line = await child.AnswerAsync(cancellation);
            await child.EndAsync(cancellation);
            return line;
        }
        catch (Exception missing) when (missing is BenchException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
