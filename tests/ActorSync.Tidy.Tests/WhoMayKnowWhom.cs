using System.Xml.Linq;

namespace ActorSync.Tidy.Tests;

/// <summary>The rooms, and which of the others each may reference. Nothing knows Node.</summary>
public sealed class WhoMayKnowWhom
{
    private const string Double = "ActorSync.Cluster.Double";

    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["ActorSync.Core"] = [],
        ["ActorSync.Storage"] = ["ActorSync.Core"],
        ["ActorSync.Transport"] = ["ActorSync.Core"],
        ["ActorSync.Embedded"] = [],
        ["ActorSync.Embedded.TestKit"] = ["ActorSync.Embedded"],
        ["ActorSync.Actors"] = ["ActorSync.Core"],
        ["ActorSync.Cluster"] = ["ActorSync.Core", "ActorSync.Actors", Double],
        ["ActorSync.Testing"] = ["ActorSync.Core"],
        ["ActorSync.Node"] = ["ActorSync.Core", "ActorSync.Storage", "ActorSync.Transport", "ActorSync.Actors", "ActorSync.Cluster", "ActorSync.Testing"],
    };

    // Libraries outside of the framework that a room may use; the actor engine comes by the switch.
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["ActorSync.Embedded.TestKit"] = ["xunit.assert", "xunit.extensibility.core"],
        ["ActorSync.Cluster"] = ["Akka.Remote", "Akka.Cluster", "Akka.Cluster.Sharding"],
        ["ActorSync.Node"] = ["System.CommandLine", "Spectre.Console"],
    };

    private static readonly string[] UseTheEngine = ["ActorSync.Actors", "ActorSync.Cluster", "ActorSync.Node"];

    private static readonly string[] MayBePacked = ["ActorSync.Core", "ActorSync.Storage", "ActorSync.Transport"];

    public static TheoryData<string> Rooms => [.. Directory.GetDirectories(Repository.PathOf("src")).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_references_only_what_it_may_know(string room)
    {
        var project = ProjectOf(room);
        var known = project.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

        Assert.True(MayKnow.TryGetValue(room, out var allowed), $"{room} is a new room: say here whom it may know");
        Assert.Empty(known.Except(allowed));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_packages_that_were_chosen(string room)
    {
        var packages = ProjectOf(room).Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value);
        Assert.Empty(packages.Except(MayUse.GetValueOrDefault(room, [])));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Only_actors_know_the_engine_and_only_the_protocol_rooms_are_packed(string room)
    {
        var project = ProjectOf(room);
        Assert.Equal(UseTheEngine.Contains(room), IsOn(project, "UsesActorEngine"));
        Assert.Equal(MayBePacked.Contains(room), IsOn(project, "IsPackable"));
    }

    [Fact]
    public void The_embedded_engine_can_be_taken_out_in_one_piece()
    {
        Assert.True(IsOn(ProjectOf("ActorSync.Embedded"), "EmbeddedOnly"));
        Assert.True(IsOn(ProjectOf("ActorSync.Embedded.TestKit"), "EmbeddedOnly"));
        Assert.True(IsOn(XDocument.Load(Repository.PathOf($"tests/{Double}/{Double}.csproj")), "EmbeddedOnly"));
        var users = References("ActorSync.Embedded").Select(reference => reference.User);
        Assert.Equal([Double, "ActorSync.Embedded.TestKit"], users);
    }

    [Fact]
    public void The_double_of_the_cluster_never_reaches_a_node()
    {
        Assert.Equal([("ActorSync.Cluster", OnlyWith("Embedded")), ("ActorSync.Cluster.Tests", OnlyWith("Embedded"))], References(Double));
        Assert.Equal([("ActorSync.Cluster.Tests", null), ("ActorSync.Node", OnlyWith("Akka")), ("Cluster", null)], References("ActorSync.Cluster"));
        Assert.True(IsOn(XDocument.Load(Repository.PathOf("bench/Cluster/Cluster.csproj")), "AkkaOnly"));
        Assert.DoesNotContain(Double, File.ReadAllText(Repository.PathOf("Directory.Build.targets")), StringComparison.Ordinal);
    }

    private static string OnlyWith(string engine) => $"'$(ActorEngine)' == '{engine}'";

    // Which projects refer to one, and under which condition.
    private static IEnumerable<(string User, string? Condition)> References(string project) =>
        from file in Directory.GetFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
        orderby Path.GetFileNameWithoutExtension(file)
        from reference in XDocument.Load(file).Descendants("ProjectReference")
        where Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')) == project
        select (Path.GetFileNameWithoutExtension(file), (string?)(reference.Attribute("Condition") ?? reference.Parent!.Attribute("Condition")));

    private static XDocument ProjectOf(string room) => XDocument.Load(Repository.PathOf($"src/{room}/{room}.csproj"));

    private static bool IsOn(XDocument project, string property) => project.Descendants(property).Any(element => element.Value == "true" && element.Attribute("Condition") is null);
}
