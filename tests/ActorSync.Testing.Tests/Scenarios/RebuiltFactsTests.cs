using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Testing.Scenarios;

namespace ActorSync.Testing.Tests.Scenarios;

/// <summary>A policy without a version has no snapshots: its facts follow from the commands of a durable store, whatever ids those have.</summary>
public sealed class RebuiltFactsTests
{
    [Fact]
    public async Task AStoreThatIsOpenedAgainGivesTheSameFactsAndTheSameWeave()
    {
        var folder = Directory.CreateTempSubdirectory("actorsync-facts-").FullName;
        try
        {
            var init = ScenarioPolicy.Init(4);
            var (facts, woven) = await WriteAsync(folder, init);

            await using var store = (await Stores.OnDisk(folder).NewStore(0)).Value;
            await using var client = (await GraphClient.OpenAsync(store, new GraphId(init.Id), ScenarioPolicy.Instance)).Value;
            Assert.True(facts.IsSameAs(client.Facts));
            Assert.Equal(woven, client.ReadWeave().Select(command => command.Id));
            Assert.Equal(7UL, ScenarioPolicy.Find(client.Facts, 1));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Three branches off the root, one of them continued: the last word over key 1 has the branch of the lowest priority.
    private static async Task<(ActorSync.Graphs.Policies.Facts Facts, CommandId[] Woven)> WriteAsync(string folder, Command init)
    {
        await using var store = (await Stores.OnDisk(folder).NewStore(0)).Value;
        await using var client = (await GraphClient.CreateAsync(store, init, ScenarioPolicy.Instance)).Value;
        await client.ActionAsync(Priority.Basic(3), ScenarioPolicy.Set(1, 5));
        await client.ActionAsync(Priority.Basic(3), ScenarioPolicy.Set(2, 6));
        var transaction = client.Begin();
        Assert.Null(transaction.Add(Command.Create(Prior.Single(init.Address), Priority.Basic(1), ScenarioPolicy.Set(1, 7), ScenarioPolicy.Instance)));
        Assert.Null(transaction.Add(Command.Create(Prior.Single(init.Address), Priority.Basic(9), ScenarioPolicy.Set(1, 8), ScenarioPolicy.Instance)));
        _ = (await transaction.CommitAsync()).Value;
        Assert.Equal(3, client.Heads.Count);
        return (client.Facts, [.. client.ReadWeave().Select(command => command.Id)]);
    }
}
