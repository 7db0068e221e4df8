using System.CommandLine;
using System.CommandLine.Invocation;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync --version</c>: the version, and the actor engine that runs.</summary>
internal sealed class VersionAction(CliContext context) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        context.Output.Line($"actorsync {SyncNode.Version} (engine {SyncNode.Engine})");
        return ExitCodes.Ok;
    }
}
