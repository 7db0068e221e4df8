using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Core.Tests.Graphs.Index;

/// <summary>Ids that were made to crowd in one place of a table.</summary>
public sealed class IdTableTests
{
    // All begin alike in the bits that chose the place before.
    private static CommandId Crafted(int number)
    {
        var bytes = new byte[CommandId.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), number);
        return new CommandId(bytes);
    }

    [Fact]
    public void CraftedIdsAreSpreadOutAndWhereDependsOnTheSeed()
    {
        var (one, other) = (new IdTable(new Column<CommandId>(), 1), new IdTable(new Column<CommandId>(), 2));
        var ids = Enumerable.Range(0, 1000).Select(Crafted).ToArray();
        Assert.InRange(ids.Select(id => one.Start(id, 1 << 16)).Distinct().Count(), 950, 1000);
        Assert.InRange(ids.Count(id => one.Start(id, 1 << 16) == other.Start(id, 1 << 16)), 0, 10);
    }
}
