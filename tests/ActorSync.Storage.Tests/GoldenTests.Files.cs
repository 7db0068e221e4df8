using ActorSync.Peers;

namespace ActorSync.Storage.Tests;

/// <summary>The files beside the logs.</summary>
public sealed partial class GoldenTests
{
    [Fact]
    public void Node_v1()
    {
        var node = new NodeFile(new NodeId(new UInt128(0x0011223344556677, 0x8899aabbccddeeff)), new InstanceId(0x0123456789abcdef), RunState.RunningFlushed);
        Check("node-v1", Read("node-v1"), $"node {node.Node}\ninstance {node.Instance}\nstate {node.State}\n");
        var files = new MemoryFiles();
        files.CreateFolder("/data");
        files["/data/node"] = Read("node-v1");
        Assert.Equal(node with { IsFirstVersion = true }, NodeFile.Read(files, "/data").Value);
    }

    [Fact]
    public void Node_v2()
    {
        var node = new NodeFile(new NodeId(new UInt128(0x0011223344556677, 0x8899aabbccddeeff)), new InstanceId(0x0123456789abcdef), RunState.RunningFlushed) { Sequence = 7 };
        Check("node-v2", node.Encode(), $"node {node.Node}\ninstance {node.Instance}\nstate {node.State}\nsequence 6 in the slot at 0, sequence 7 in the slot at 4096\n");
        var files = new MemoryFiles();
        files.CreateFolder("/data");
        files["/data/node"] = Read("node-v2");
        Assert.Equal(node, NodeFile.Read(files, "/data").Value);
    }

    [Fact]
    public void Catalog_v1()
    {
        CatalogEntry[] entries =
        [
            new(LogKind.Graph, Commands()[0].Id.ToString(), KnownLoss.None, new LogEnd(0x0123456789abcdef, 2, 4711)),
            new(LogKind.Graph, Commands()[1].Id.ToString(), KnownLoss.Told | KnownLoss.Awaited, default),
            new(LogKind.State, "676f6c64656e", KnownLoss.None, default),
        ];
        Check("catalog-v1", CatalogFormat.Encode(isPartial: true, entries), "partial\n" + string.Concat(entries.Select(entry => $"{entry.Kind} {entry.Name}, loss {entry.Loss}, end {entry.End}\n")));
        var read = new List<CatalogEntry>();
        Assert.Null(CatalogFormat.Read(Read("catalog-v1"), read, out var isPartial));
        Assert.True(isPartial);
        Assert.Equal(entries, read);
    }

    [Fact]
    public void Lost_v1()
    {
        var note = new LossNote(WasRepaired: true, Segment: 3, Offset: 4711);
        Check("lost-v1", note.Encode(), note.Tell() + "\n");
        var files = new MemoryFiles();
        files.CreateFolder("/data");
        files["/data/lost"] = Read("lost-v1");
        Assert.Equal(note, LossNote.Read(files, "/data"));
    }
}
