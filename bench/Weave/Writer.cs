using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Bench;

/// <summary>Commands of the key/value policy: keys of 8 bytes in turn, values of 16.</summary>
internal static class Writer
{
    public static readonly Command Root = Command.Init("bench"u8);

    public static byte[] Payload(int number, int keys)
    {
        Span<byte> key = stackalloc byte[8];
        Span<byte> value = stackalloc byte[16];
        // Keys come in no order of theirs.
        BinaryPrimitives.WriteUInt64BigEndian(key, (uint)(number % keys) * 0x9E3779B97F4A7C15);
        BinaryPrimitives.WriteInt32LittleEndian(value, number);
        return KeyValuePolicy.Set(key, value);
    }

    /// <summary>A run of commands after another, written before anything is measured.</summary>
    public static Command[] Run(Command after, int count, int keys, Func<int, Priority> priority)
    {
        var run = new Command[count];
        for (var i = 0; i < count; i++)
            run[i] = after = Command.Create(Prior.Single(after.Address), priority(i), Payload(i, keys));
        return run;
    }

    /// <summary>A graph in a memory store: canonical bytes in an array, nothing is written anywhere.</summary>
    public static async Task<GraphClient> NewGraphAsync()
    {
        var store = new MemoryNodeStore(new PeerIdentity(new NodeId(1), new InstanceId(1)));
        return (await GraphClient.CreateAsync(store, Root, new KeyValuePolicy())).Value;
    }

    public static async Task<GraphCommit> ReceiveAsync(GraphClient client, IEnumerable<Command> commands)
    {
        var transaction = client.Begin();
        foreach (var command in commands)
        {
            if (transaction.Add(command) is { } error)
                throw new InvalidOperationException(error.Message);
        }
        return (await transaction.CommitAsync()).Value;
    }

    /// <summary>Bytes in use after a full collection.</summary>
    public static long Memory() => GC.GetTotalMemory(forceFullCollection: true);
}
