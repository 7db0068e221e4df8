using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;

namespace ActorSync.Core.Tests.Harness;

/// <summary>Commands and snapshots made by hand.</summary>
internal static class GraphMaker
{
    public static readonly Command Root = Command.Init("a graph"u8);

    public static GraphId Graph => new(Root.Id);

    /// <summary>A command that follows another.</summary>
    public static Command After(Command prior, string payload, Priority? priority = null) =>
        Command.Create(Prior.Single(prior.Address), priority ?? Priority.Basic(0), System.Text.Encoding.UTF8.GetBytes(payload));

    /// <summary>A command of so many bytes of payload.</summary>
    public static Command Sized(Command prior, int bytes) =>
        Command.Create(Prior.Single(prior.Address), Priority.Basic(0), new byte[bytes]);

    public static Command Merge(Command one, Command other) => Command.Merge(one.Address, other.Address);

    /// <summary>A run of commands after another, which is not part of it.</summary>
    public static List<Command> Run(Command after, int count, string name)
    {
        var run = new List<Command>(count);
        for (var i = 0; i < count; i++)
            run.Add(After(i == 0 ? after : run[^1], $"{name} {i}"));
        return run;
    }

    public static GraphIndex IndexOf(IEnumerable<Command> commands)
    {
        var index = new GraphIndex();
        foreach (var command in commands)
            _ = index.Add(command).Value;
        return index;
    }

    public static GraphSnapshot SnapshotOf(params IReadOnlyList<Command> commands)
    {
        var index = IndexOf(commands);
        return new GraphSnapshot(new GraphId(commands[0].Id), index, index.Count, index.Heads(), new ListReader(commands));
    }

    private sealed class ListReader(IReadOnlyList<Command> commands) : ICommandReader
    {
        public ReadOnlyMemory<byte> Read(int ordinal) => commands[ordinal].Bytes;
    }
}
