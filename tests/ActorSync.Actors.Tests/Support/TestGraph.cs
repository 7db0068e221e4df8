using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Graphs.Stores;

namespace ActorSync.Actors.Tests.Support;

/// <summary>A graph in memory whose versions a test makes one by one.</summary>
internal sealed class TestGraph : ICommandReader
{
    private readonly GraphIndex _index = new();

    public TestGraph(string name = "a graph")
    {
        Init = Command.Init(System.Text.Encoding.UTF8.GetBytes(name));
        Id = new GraphId(Init.Id);
        Take(Init);
    }

    public Command Init { get; }

    public GraphId Id { get; }

    public List<Command> Commands { get; } = [];

    /// <summary>Reading fails, as from a damaged store.</summary>
    public bool IsDamaged { get; set; }

    public GraphSnapshot Snapshot => new(Id, _index, _index.Count, _index.Heads(), this);

    /// <summary>Adds a command after the last.</summary>
    public Command Add(int payloadBytes = 8) =>
        Take(Command.Create(Prior.Single(Commands[^1].Address), Priority.Basic(0), Payload(payloadBytes)));

    /// <summary>Adds a command after another.</summary>
    public Command AddAfter(Command prior) =>
        Take(Command.Create(Prior.Single(prior.Address), Priority.Basic(1), Payload(8)));

    public TestGraph Add(int commands, int payloadBytes)
    {
        for (var i = 0; i < commands; i++)
            Add(payloadBytes);
        return this;
    }

    public ReadOnlyMemory<byte> Read(int ordinal) => IsDamaged
        ? throw new SyncException(new SyncError(SyncErrorKind.StoreDamaged, $"command {ordinal} does not check"))
        : Commands[ordinal].Bytes;

    private byte[] Payload(int bytes)
    {
        var payload = new byte[bytes];
        new Random(Commands.Count).NextBytes(payload);
        return payload;
    }

    private Command Take(Command command)
    {
        _ = _index.Add(command).Value;
        Commands.Add(command);
        return command;
    }
}
