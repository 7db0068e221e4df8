using System.Buffers.Binary;
using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage.Tests;

/// <summary>Grows a graph of branches and merges from a seed.</summary>
internal sealed class RandomGraph
{
    private readonly Random _random;
    private readonly GraphIndex _index = new();
    private readonly List<Address> _addresses = [];

    public RandomGraph(int seed, ICommandIdentity? identity = null)
    {
        _random = new Random(seed);
        Identity = identity;
        Init = Command.Init(BitConverter.GetBytes(seed), identity);
        Add(Init);
    }

    public Command Init { get; }

    public ICommandIdentity? Identity { get; }

    public GraphId Graph => new(Init.Id);

    /// <summary>All commands so far, priors first.</summary>
    public List<Command> Commands { get; } = [];

    public HeadSet Heads => _index.Heads();

    public bool IsAncestor(CommandId ancestor, CommandId descendant) => _index.IsAncestor(ancestor, descendant);

    /// <summary>The next commands.</summary>
    public List<Command> Batch(int count, int payloadBytes = 60)
    {
        var start = Commands.Count;
        for (var i = 0; i < count; i++)
            Add(Next(payloadBytes));
        return Commands.GetRange(start, count);
    }

    private Command Next(int payloadBytes)
    {
        var heads = _index.Heads();
        if (heads.Count > 1 && _random.Next(4) == 0)
            return Command.Merge(heads[0], heads[1], Identity);
        var prior = _random.Next(5) == 0 ? _addresses[_random.Next(_addresses.Count)] : _addresses[^1];
        var payload = new byte[_random.Next(payloadBytes + 1) + sizeof(int)];
        _random.NextBytes(payload);
        BinaryPrimitives.WriteInt32LittleEndian(payload, Commands.Count);
        return Command.Create(Prior.Single(prior), Priority.Basic((uint)_random.Next(3)), payload, Identity);
    }

    private void Add(Command command)
    {
        _ = _index.Add(command).Value;
        _addresses.Add(command.Address);
        Commands.Add(command);
    }
}

/// <summary>Ids of another format: one bit differs from the canonical ones'.</summary>
internal sealed class OtherIdentity : ICommandIdentity
{
    public CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload)
    {
        var id = Command.Create(prior, priority, payload).Id.ToArray();
        id[0] ^= 1;
        return new CommandId(id);
    }
}
