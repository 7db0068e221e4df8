using System.Reflection;
using ActorSync.Engine.Tests.Api;
using Akka.Serialization;

namespace ActorSync.Cluster.Tests.Api;

/// <summary>
/// eng/akka-cluster-api.txt is the part of Akka.NET's API that the double of the cluster offers beside the embedded engine.
/// Under the embedded engine the list is exactly its surface (UPDATE_AKKA_API=1 rewrites it); under Akka.NET every line of
/// it is found there.
/// </summary>
public sealed class ClusterApiTests
{
    private static string ListPath => Path.Combine(Repository.Root, "eng", "akka-cluster-api.txt");

#if ACTOR_ENGINE_AKKA
    [Fact]
    public void Every_line_is_found_in_Akka()
    {
        Assembly[] engine = [typeof(Serializer).Assembly, Assembly.Load("Akka.Remote"), typeof(Akka.Cluster.Cluster).Assembly, typeof(Akka.Cluster.Sharding.ClusterSharding).Assembly];
        var answered = engine.SelectMany(a => a.GetExportedTypes()).SelectMany(ApiListing.AnsweredBy).ToHashSet(StringComparer.Ordinal);
        var missing = File.ReadLines(ListPath).SelectMany(ApiListing.TakeApart).Where(line => !answered.Contains(line)).ToList();
        Assert.True(missing.Count == 0, "Akka.NET does not have:\n" + string.Join('\n', missing));
    }
#else
    // The double has these as extensions of types of the embedded engine.
    private static readonly string[] Extensions =
    [
        "Akka.Actor.ActorPath: Akka.Actor.Address Address { get; }",
        "Akka.Actor.ActorSystem: static Akka.Actor.ActorSystem Create(string name, Akka.Actor.Setup.ActorSystemSetup setup)",
    ];

    [Fact]
    public void The_list_is_the_surface_of_the_double()
    {
        var surface = ApiListing.Of(typeof(Serializer).Assembly).Where(line => !line.Contains(nameof(Akka.Actor.EngineInCluster), StringComparison.Ordinal))
            .Concat(Extensions).Order(StringComparer.Ordinal).ToList();
        if (Environment.GetEnvironmentVariable("UPDATE_AKKA_API") == "1")
            File.WriteAllText(ListPath, string.Join('\n', surface) + "\n");
        var listed = File.ReadAllLines(ListPath);
        var added = string.Join('\n', surface.Except(listed));
        var gone = string.Join('\n', listed.Except(surface));
        Assert.True(surface.SequenceEqual(listed), $"eng/akka-cluster-api.txt is not the surface (UPDATE_AKKA_API=1 rewrites it). New:\n{added}\nGone:\n{gone}");
    }

    [Fact]
    public void Its_extensions_are_all_that_it_adds_to_the_engine() =>
        Assert.Equal(["Create", "get_Address"], typeof(Akka.Actor.EngineInCluster).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name).Order(StringComparer.Ordinal));
#endif
}
