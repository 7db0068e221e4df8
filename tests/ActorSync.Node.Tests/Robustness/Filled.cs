using ActorSync.Graphs;
using ActorSync.Graphs.Policies;
using ActorSync.Storage;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Tests.Robustness;

/// <summary>A data folder that holds a graph of so many commands, one after the other, before any daemon runs on it.</summary>
internal static class Filled
{
    private const int Batch = 4096;
    private const int Keys = 100_000;
    private const int KeyOverhead = 2 + sizeof(int);

    public static async Task<GraphId> WriteAsync(string data, int commands, int payloadBytes = 100, bool keyValue = false)
    {
        var store = (await NodeStore.OpenAsync(new StoreSettings { Folder = data, Fsync = FsyncMode.Never })).Value;
        await using var node = SyncNode.Start(new SyncNodeOptions { Store = store, Connector = new TcpLinkConnector() }).Value;
        var last = Command.Init("a long graph"u8);
        var graph = new GraphId(last.Id);
        var batch = new List<Command>(Batch) { last };
        for (var i = 1; i < commands; i++)
        {
            last = Command.Create(Prior.Single(last.Address), Priority.Basic(0), keyValue ? KeyValuePolicy.Set(BitConverter.GetBytes(i % Keys), Payload(i, payloadBytes - KeyOverhead)) : Payload(i, payloadBytes));
            batch.Add(last);
            if (batch.Count < Batch)
                continue;
            _ = (await node.ImportAsync(graph, batch)).Value;
            batch = new List<Command>(Batch);
        }
        _ = (await node.ImportAsync(graph, batch)).Value;
        return graph;
    }

    private static byte[] Payload(int number, int bytes)
    {
        var payload = new byte[Math.Max(bytes, sizeof(int))];
        BitConverter.TryWriteBytes(payload, number);
        return payload;
    }
}
