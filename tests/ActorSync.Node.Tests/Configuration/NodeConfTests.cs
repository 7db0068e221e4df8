using ActorSync.Node.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Tests.Configuration;

/// <summary>hocon/node.conf is what a user starts from: it must name every key of the daemon, and change nothing.</summary>
public sealed class NodeConfTests
{
    private static readonly string File = Path.Combine(Repository.Root, "hocon", "node.conf");

    [Fact]
    public void It_says_what_is_so_anyway()
    {
        var settings = SettingsReader.Read(ConfigurationFile.Read(File).Value).Value;
        var defaults = SettingsReader.Read(Akka.Configuration.Config.Empty).Value;

        Assert.Empty(settings.Peers);
        Assert.Equal(["shared"], settings.States.Share.Select(name => name.Value));
        Assert.Equal(defaults.States.Share, settings.States.Share);
        Assert.Empty(settings.States.Http);
        Assert.Empty(settings.States.Seeds);
        Assert.Equal(defaults.States with { Share = settings.States.Share, Http = settings.States.Http, Seeds = settings.States.Seeds }, settings.States);
        Assert.Equal(new StateHttpLimits(), settings.States.Limits);
        Assert.Equal(ActorSync.States.StateSettings.Default, settings.Sync.States);
        Assert.Equal(defaults with { Peers = settings.Peers, States = settings.States }, settings);
    }

    [Fact]
    public void It_names_every_key_of_the_daemon()
    {
        var config = ConfigurationFile.Read(File).Value;

        Assert.Contains("actorsync.sync.subscription.max-bytes", Leaves("actorsync", KnownKeys.Reference.GetValue("actorsync")!));
        Assert.All(Leaves("actorsync", KnownKeys.Reference.GetValue("actorsync")!), path => Assert.True(config.HasPath(path), $"{path} is missing"));
    }

    [Fact]
    public void Each_key_has_a_comment_before_it()
    {
        var lines = System.IO.File.ReadAllLines(File).Select(line => line.Trim()).ToArray();
        var keys = Enumerable.Range(0, lines.Length).Where(i => lines[i].Contains('=') && !lines[i].StartsWith('#')).ToArray();

        Assert.NotEmpty(keys);
        Assert.All(keys, i => Assert.StartsWith("#", lines[i - 1]));
    }

    private static IEnumerable<string> Leaves(string path, HoconValue value) => value.GetObject() is { } section
        ? section.Items.SelectMany(item => Leaves($"{path}.{item.Key}", item.Value))
        : [path];
}
