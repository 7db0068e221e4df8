using System.Reflection;
using Akka.Configuration;

namespace ActorSync.Engine.Tests.Api;

/// <summary>
/// eng/akka-api.txt is the part of Akka.NET's API that the embedded engine offers. Under the embedded engine the list is
/// exactly its surface (UPDATE_AKKA_API=1 rewrites it); under Akka.NET every line of it is found there.
/// </summary>
public sealed class AkkaApiTests
{
    private static readonly Assembly[] Engine =
    [
        typeof(Config).Assembly,
        Assembly.Load(EngineUnderTest.TestKitAssembly),
        Assembly.Load(EngineUnderTest.XunitAssembly),
    ];

    private static string ListPath => Path.Combine(Repository.Root, "eng", "akka-api.txt");

#if ACTOR_ENGINE_AKKA
    [Fact]
    public void Every_line_is_found_in_Akka()
    {
        var answered = Engine.SelectMany(a => a.GetExportedTypes()).SelectMany(ApiListing.AnsweredBy).ToHashSet(StringComparer.Ordinal);
        var missing = File.ReadLines(ListPath).SelectMany(ApiListing.TakeApart).Where(line => !answered.Contains(line)).ToList();
        Assert.True(missing.Count == 0, "Akka.NET does not have:\n" + string.Join('\n', missing));
    }
#else
    [Fact]
    public void The_list_is_the_surface_of_the_embedded_engine()
    {
        var surface = ApiListing.Of([.. Engine.Distinct()]).ToList();
        if (Environment.GetEnvironmentVariable("UPDATE_AKKA_API") == "1")
            File.WriteAllText(ListPath, string.Join('\n', surface) + "\n");
        var listed = File.ReadAllLines(ListPath);
        var added = string.Join('\n', surface.Except(listed));
        var gone = string.Join('\n', listed.Except(surface));
        Assert.True(surface.SequenceEqual(listed), $"eng/akka-api.txt is not the surface (UPDATE_AKKA_API=1 rewrites it). New:\n{added}\nGone:\n{gone}");
    }
#endif

    [Fact]
    public void The_list_is_sorted_and_says_nothing_twice()
    {
        var listed = File.ReadAllLines(ListPath);
        Assert.Equal(listed.Distinct().Order(StringComparer.Ordinal), listed);
        Assert.NotEmpty(listed);
    }
}
