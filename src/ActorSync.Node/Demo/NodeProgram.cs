using System.Diagnostics;
using ActorSync.Node.Cli;

namespace ActorSync.Node.Demo;

/// <summary>How this same program is started again: by its own file, or by the dotnet host that runs its assembly.</summary>
internal sealed record NodeProgram(string File, IReadOnlyList<string> Before)
{
    public static NodeProgram Own()
    {
        var assembly = typeof(NodeProgram).Assembly.Location;
        var program = Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? ".exe" : null);
        if (System.IO.File.Exists(program))
            return new NodeProgram(program, []);
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        return new NodeProgram(host, ["exec", assembly]);
    }

    /// <summary>A node as a process, whose standard streams belong to the caller: it ends when its input is closed.</summary>
    public ProcessStartInfo Node(string configuration, IReadOnlyList<string> arguments) => new(File, [.. Before, "node", "--config", configuration, NodeCommand.UntilInputEnds, .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        UseShellExecute = false,
        CreateNoWindow = true,
    };
}
