using ActorSync.Node.Cli;
using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;

// 130 is what a shell reports of a program that Ctrl-C ended.
using var signals = new StopSignals(() => Environment.Exit(130)).Register();
var context = new CliContext
{
    Output = new CommandOutput(Console.Out, Console.Error, !Console.IsOutputRedirected, !Console.IsErrorRedirected),
    Input = Console.OpenStandardInput(),
    Factory = NodeComposition.CreateAsync,
    Importer = new GitHistoryImporter(),
};
return await CommandTree.RunAsync(args, context, signals.First);
