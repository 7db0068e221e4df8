using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Bench;

/// <summary>A linear graph in a data folder, as a node would have written it that committed every command by itself.</summary>
internal static class LongGraph
{
    private const int Batch = 4096;

    public static async Task<GraphId> WriteAsync(string data, int commands, int payloadBytes)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = data, Fsync = FsyncMode.Never })).Value;
        await using var node = SyncNode.Start(new SyncNodeOptions { Store = store, Connector = new TcpLinkConnector() }).Value;
        var init = Command.Init("a long graph"u8);
        var graph = new GraphId(init.Id);
        var batch = new List<Command>(Batch) { init };
        var last = init;
        for (var i = 1; i < commands; i++)
        {
            last = Command.Create(Prior.Single(last.Address), Priority.Basic(0), Payload(i, payloadBytes));
            batch.Add(last);
            if (batch.Count < Batch && i < commands - 1)
                continue;
            _ = (await node.ImportAsync(graph, batch)).Value;
            batch = new List<Command>(Batch);
        }
        return graph;
    }

    private static byte[] Payload(int number, int bytes)
    {
        var payload = new byte[Math.Max(bytes, sizeof(int))];
        BinaryPrimitives.WriteInt32LittleEndian(payload, number);
        return payload;
    }
}
