using ActorSync.Testing.Scenarios;
using Xunit.Abstractions;

namespace ActorSync.Testing.Tests.Scenarios;

/// <summary>The scenario files: our own, and the conformance suite where it lies beside the repository.</summary>
public sealed class ScenarioFileTests(ITestOutputHelper output)
{
    private const string None = "(none)";

    private static string OwnFolder => Repository.PathOf("tests/scenarios");

    private static string SuiteFolder => Repository.PathOf("../shared/scenarios");

    public static TheoryData<string> Own => [.. FilesIn(OwnFolder)];

    public static TheoryData<string> Suite => Directory.Exists(SuiteFolder) ? [.. FilesIn(SuiteFolder)] : [None];

    [Theory]
    [MemberData(nameof(Own))]
    public Task OurOwnHold(string file) => HoldsAsync(Path.Combine(OwnFolder, file));

    [Theory]
    [MemberData(nameof(Suite))]
    public async Task TheSuiteHolds(string file)
    {
        if (file == None)
            output.WriteLine("the conformance suite is not beside the repository: none of its files was run");
        else
            await HoldsAsync(Path.Combine(SuiteFolder, file));
    }

    [Fact]
    public void ThereAreScenariosOfOurOwn() => Assert.True(FilesIn(OwnFolder).Length >= 10);

    private async Task HoldsAsync(string path)
    {
        var scenario = ScenarioFile.Parse(await File.ReadAllBytesAsync(path)).Value;
        var inMemory = await ScenarioRunner.RunAsync(scenario, Stores.InMemory() with { Print = output.WriteLine, Trace = output.WriteLine });
        Assert.True(inMemory.Holds, $"in memory: {inMemory}");

        var folder = Directory.CreateTempSubdirectory("actorsync-scenario-").FullName;
        try
        {
            var onDisk = await ScenarioRunner.RunAsync(scenario, Stores.OnDisk(folder) with { Print = output.WriteLine, Trace = output.WriteLine });
            Assert.True(onDisk.Holds, $"on disk: {onDisk}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string[] FilesIn(string folder) => [.. Directory.GetFiles(folder, "*.test").Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
}
