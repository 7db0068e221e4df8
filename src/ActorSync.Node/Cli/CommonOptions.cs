using System.CommandLine;
using ActorSync.Actors;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Cli;

/// <summary>The options that every command has: which node, or which store, it is about.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Config { get; } = new("--config", "-c") { Description = "A HOCON configuration, for example hocon/node.conf.", HelpName = "FILE", Recursive = true };

    public Option<string?> Data { get; } = new("--data", "-d") { Description = "The folder of the store.", HelpName = "DIR", Recursive = true };

    public Option<string?> Control { get; } = new("--control") { Description = "The path of the control socket.", HelpName = "PATH", Recursive = true };

    public Option<string?> Policy { get; } = new("--policy")
    {
        Description = $"The policy of graphs, the same as at their peers: {string.Join(" or ", GraphPolicies.Known.Keys)}. Of the node, or of the store when none runs.",
        HelpName = "POLICY",
        Recursive = true,
    };

    /// <summary>The option of commands that can print JSON.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print JSON." };

    public void AddTo(RootCommand root)
    {
        root.Options.Add(Config);
        root.Options.Add(Data);
        root.Options.Add(Control);
        root.Options.Add(Policy);
    }

    /// <summary>The name of one of these options that is given; null for none.</summary>
    public string? Given(ParseResult parse) =>
        new[] { Config, Data, Control, Policy }.FirstOrDefault(option => parse.GetResult(option) is { Implicit: false })?.Name;

    /// <summary>The configuration, with what the options say in its place.</summary>
    public Result<NodeSettings> Settings(ParseResult parse)
    {
        var config = Akka.Configuration.Config.Empty;
        SyncError? error;
        if (parse.GetValue(Config) is { } file && !ConfigurationFile.Read(file).TryGet(out config, out error))
            return error;
        if (!SettingsReader.Read(config).TryGet(out var settings, out error))
            return error;
        if (parse.GetValue(Data) is { Length: > 0 } data)
            settings = settings with { DataFolder = Path.GetFullPath(data) };
        if (parse.GetValue(Control) is { Length: > 0 } control)
            settings = settings with { ControlPath = Path.GetFullPath(control) };
        if (parse.GetValue(Policy) is { } name)
        {
            if (!GraphPolicies.Known.TryGetValue(name, out var policy))
                return new SyncError(SyncErrorKind.InvalidRequest, $"--policy {name}: the policies are {string.Join(", ", GraphPolicies.Known.Keys)}");
            settings = settings with { Sync = settings.Sync with { Policies = settings.Sync.Policies.WithOthers(policy) } };
        }
        if (File.Exists(settings.DataFolder))
            return new SyncError(SyncErrorKind.InvalidRequest, $"{settings.DataFolder} is a file: a store needs a folder, name one with --data");
        return settings;
    }
}
