using System.CommandLine;
using System.Text.RegularExpressions;

namespace ActorSync.Node.Cli;

/// <summary>The command line <c>actorsync</c>: one file per command beside this one.</summary>
public static partial class CommandTree
{
    /// <summary>Parses and runs a command line; gives the exit code.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="context">What the commands work with.</param>
    /// <param name="stop">Ends the command in good order.</param>
    public static async Task<int> RunAsync(string[] args, CliContext context, CancellationToken stop)
    {
        // A payload may begin with @: it is no response file here.
        var parse = Build(context).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Errors.Count > 0)
        {
            var sentences = parse.Errors.Select(error => Plain(error.Message)).Distinct();
            context.Output.Fail($"{string.Join("; ", sentences)} (see {PathOf(parse.CommandResult.Command)} --help)");
            return ExitCodes.Usage;
        }
        var invocation = new InvocationConfiguration
        {
            Output = context.Output.Out,
            Error = context.Output.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parse.InvokeAsync(invocation, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Output.Fail("interrupted");
            return ExitCodes.Failure;
        }
        catch (SyncException e)
        {
            return context.Fail(e.Error);
        }
        catch (IOException e)
        {
            context.Output.Fail($"reading or writing failed: {e.Message}");
            return ExitCodes.Failure;
        }
        // A bug: one line for people as for any failure, and below it where it was.
        catch (Exception e)
        {
            context.Output.Fail($"internal error: {e.GetType().Name}: {e.Message}");
            context.Output.Error.WriteLine(e.StackTrace);
            return ExitCodes.Failure;
        }
    }

    private static RootCommand Build(CliContext context)
    {
        var options = new CommonOptions();
        var root = new RootCommand("Keeps data in step between peers: command graphs that are polled, subscribed to and pushed.")
        {
            DemoCommand.Create(context, options),
            NodeCommand.Create(context, options),
            new Command("graph", "Graphs: begin, fill, read and check them.")
            {
                GraphCreateCommand.Create(context, options),
                GraphImportGitCommand.Create(context, options),
                GraphAddCommand.Create(context, options),
                GraphLsCommand.Create(context, options),
                GraphLogCommand.Create(context, options),
                GraphFactsCommand.Create(context, options),
                GraphWeaveCommand.Create(context, options),
                GraphMapCommands.Set(context, options),
                GraphMapCommands.Delete(context, options),
                GraphVerifyCommand.Create(context, options),
                GraphWatchCommand.Create(context, options),
            },
            new Command("store", "The store on the disk, while no node runs on it.")
            {
                StoreCommands.Verify(context, options),
                StoreCommands.Repair(context, options),
            },
            StateCommands.Create(context, options),
            SyncCommand.Create(context, options),
            PeerCommands.Connect(context, options),
            PeerCommands.Disconnect(context, options),
            PeerCommands.Subscribe(context, options),
            PeerCommands.Unsubscribe(context, options),
            MembersCommand.Create(context, options),
            HelloCommand.Create(context, options),
            PeerCommands.StopHello(context, options),
            StatusCommand.Create(context, options),
            WaitCommand.Create(context, options),
            ScenarioCommand.Create(context),
            SimulateCommand.Create(context),
        };
        options.AddTo(root);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(context);
        return root;
    }

    // The parser names types of this program, which tell a user nothing.
    private static string Plain(string message) => TypeName().Replace(message, "'$1' is nothing that $2 can be").TrimEnd('.');

    [GeneratedRegex("Cannot parse argument '(.*)' for (?:option|command) '(.*)' as expected type '.*'")]
    private static partial Regex TypeName();

    private static string PathOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent
        ? $"{PathOf(parent)} {command.Name}"
        : "actorsync";
}
