using System.CommandLine;

namespace ActorSync.Node.Cli;

/// <summary>The argument that names a graph.</summary>
internal static class GraphArgument
{
    private const string Description = "The graph: its 64 digits, or the first few of one that is here.";

    public static Argument<string> Create() => new("GRAPH") { Description = Description };

    public static Argument<string?> CreateOptional() => new("GRAPH") { Description = $"{Description} All when left out.", Arity = ArgumentArity.ZeroOrOne };
}
