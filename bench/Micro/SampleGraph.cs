using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;

namespace ActorSync.Bench.Micro;

/// <summary>A graph of eight writers in memory, whose commands have payloads of 100 bytes and of which 30 % merge two writers.</summary>
internal static class SampleGraph
{
    public const int PayloadBytes = 100;

    private const int Writers = 8;

    public static List<Command> Commands(int count, double merges = 0.3)
    {
        var (random, index) = (new Random(1), new GraphIndex());
        var commands = new List<Command>(count) { Command.Init("a graph to be measured"u8) };
        _ = index.Add(commands[0]).Value;
        var heads = Enumerable.Repeat(commands[0].Address, merges > 0 ? Writers : 1).ToArray();
        while (commands.Count < count)
        {
            ref var head = ref heads[random.Next(heads.Length)];
            var other = heads[random.Next(heads.Length)];
            var isMerge = random.NextDouble() < merges;
            if (isMerge && (index.IsAncestor(other.Id, head.Id) || index.IsAncestor(head.Id, other.Id)))
                continue;
            var command = isMerge ? Command.Merge(head, other) : After(head, commands.Count);
            _ = index.Add(command).Value;
            commands.Add(command);
            head = command.Address;
        }
        return commands;
    }

    public static Command After(Address head, int number)
    {
        var payload = new byte[PayloadBytes];
        BitConverter.TryWriteBytes(payload, number);
        return Command.Create(Prior.Single(head), Priority.Basic(0), payload);
    }

    public static GraphSnapshot SnapshotOf(List<Command> commands)
    {
        var index = new GraphIndex();
        foreach (var command in commands)
            _ = index.Add(command).Value;
        return new GraphSnapshot(new GraphId(commands[0].Id), index, index.Count, index.Heads(), new Listed(commands));
    }

    private sealed class Listed(List<Command> commands) : ICommandReader
    {
        public ReadOnlyMemory<byte> Read(int ordinal) => commands[ordinal].Bytes;
    }
}
