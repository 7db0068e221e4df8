using System.CommandLine;
using ActorSync.Node.Configuration;
using ActorSync.Node.Demo;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync demo</c>: three nodes, a real history, what it costs to keep them level, and a mesh of them.</summary>
internal static class DemoCommand
{
    public static Command Create(CliContext context, CommonOptions common)
    {
        var git = new Option<string?>("--git") { Description = "The git repository to read, or a packaged history; the clone that this program was built in when left out.", HelpName = "PATH" };
        var all = GraphImportGitCommand.AllReferences();
        var commands = new Option<int>("--commands", "-n") { Description = "New commands that the three nodes commit after catch-up.", HelpName = "COUNT", DefaultValueFactory = _ => DemoOptions.DefaultCommands };
        var nodes = new Option<int>("--nodes") { Description = "Processes that form the mesh; one more joins, one is killed, and a fresh one comes.", HelpName = "COUNT", DefaultValueFactory = _ => DemoOptions.FewestNodes };
        var timeout = new Option<string>("--timeout", "-t") { Description = "How long to wait for progress, and for level nodes at the end: a number and ms, s, m or h.", HelpName = "DURATION", DefaultValueFactory = _ => "60s" };
        var keep = new Option<bool>("--keep") { Description = "Leave the nodes' folders." };
        var json = CommonOptions.Json();
        commands.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 1 or > DemoOptions.MostCommands)
                result.AddError($"--commands is from 1 to {DemoOptions.MostCommands}");
        });
        nodes.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < DemoOptions.FewestNodes or > DemoOptions.MostNodes)
                result.AddError($"--nodes is from {DemoOptions.FewestNodes} to {DemoOptions.MostNodes}");
        });
        var command = new Command(
            "demo",
            "Bring a git history to three nodes, by import, poll and subscription, and commit on all three; then make them a mesh that grows, and loses a member. Exit code 0 only if all end level and nothing acknowledged is missing.")
        {
            git, all, commands, nodes, timeout, keep, json,
        };
        command.SetAction(async (parse, stop) =>
        {
            if (!Duration.Parse(parse.GetRequiredValue(timeout)).TryGet(out var span, out var error))
                return context.Fail(error);
            if (span == TimeSpan.Zero)
                return context.Fail(new SyncError(SyncErrorKind.InvalidRequest, "--timeout must be more than nothing"));
            if (common.Given(parse) is { } given)
                return context.Fail(new SyncError(SyncErrorKind.InvalidRequest, $"{given} means nothing to a demo: its nodes have folders and settings of their own"));
            var options = new DemoOptions
            {
                Repository = parse.GetValue(git),
                All = parse.GetValue(all),
                Commands = parse.GetValue(commands),
                Nodes = parse.GetValue(nodes),
                Keep = parse.GetValue(keep),
                Timeout = span,
            };
            return await new Demonstration(context.Output, context.Time).RunAsync(options, parse.GetValue(json), stop);
        });
        return command;
    }
}
