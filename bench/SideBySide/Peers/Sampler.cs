using System.Text.RegularExpressions;
using ActorSync.Bench.SideBySide.Harness;
using ActorSync.Bench.SideBySide.Rows;

namespace ActorSync.Bench.SideBySide.Peers;

/// <summary>Samples of what processes do on the CPU, by Linux perf: each is the stack of that moment, innermost first.</summary>
internal sealed class Sampler(Child perf, string data) : IAsyncDisposable
{
    // A method's own assembly stands apart from its type; those of its parameters do not.
    private static readonly Regex Ours = new(@"\[(ActorSync\.[A-Za-z.]+|Akka)\] ");
    private static readonly string[] Engines = ["ActorSync.Embedded", "Akka"];

    public static async Task<bool> IsInstalledAsync(CancellationToken cancellation)
    {
        try
        {
            await using var perf = Child.Start("perf", "perf", ["record", "-q", "-e", "cpu-clock", "-o", "/dev/null", "true"]);
            await perf.EndAsync(cancellation);
            return true;
        }
        catch (Exception missing) when (missing is BenchException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public static Sampler Start(Stage stage, IEnumerable<int> processes)
    {
        var data = stage.Place.New("perf");
        // The shell ends perf in the way that lets it write its file.
        var perf = Child.Start("perf", "sh",
            ["-c", "\"$@\" & perf=$!; read -r _; kill -INT $perf; wait $perf; echo done", "sh",
                "perf", "record", "-q", "-e", "cpu-clock", "-F", "2000", "-g", "-o", data, "-p", string.Join(',', processes)]);
        return new Sampler(perf, data);
    }

    /// <summary>Whether the innermost of our rooms on the stack is the actor engine.</summary>
    public static bool IsEngine(string stack) =>
        Ours.Match(stack) is { Success: true } innermost && Engines.Contains(innermost.Groups[1].Value);

    /// <summary>Removes the names of methods that the runtime has written for perf.</summary>
    public static void Clean(params int[] processes)
    {
        foreach (var file in processes.SelectMany(process => (string[])[$"/tmp/perf-{process}.map", $"/tmp/perfinfo-{process}.map"]))
            File.Delete(file);
    }

    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellation)
    {
        perf.CloseInput();
        await perf.AnswerAsync(cancellation);
        await using var script = Child.Start("perf", "perf", ["script", "-i", data, "-F", "comm,ip,sym,dso"]);
        var (stacks, lines) = (new List<string>(), new List<string>());
        await foreach (var line in script.LinesAsync(cancellation))
        {
            if (line.Length > 0)
                lines.Add(line);
            else if (lines.Count > 0)
            {
                stacks.Add(string.Join('\n', lines));
                lines.Clear();
            }
        }
        return stacks;
    }

    public ValueTask DisposeAsync() => perf.DisposeAsync();
}
