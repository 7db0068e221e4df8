using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Stores;
using ActorSync.Machines;

namespace ActorSync.Core.Tests.Harness;

/// <summary>A graph's machine over a store whose every append is committed, or fails, when the test says so.</summary>
internal sealed class GraphWriter : ICommandReader
{
    private readonly Outbox<GraphOutput> _outbox = new();
    private readonly List<Command> _durable;
    private readonly Queue<GraphOutput.Append> _appends = new();
    private long _token;

    public GraphWriter(IReadOnlyList<Command> durable, GraphLimits? limits = null, IGraphPolicy? policy = null, IFactStore? facts = null)
    {
        _durable = [.. durable];
        Machine = GraphMachine.Open(durable.Count == 0 ? GraphMaker.Graph : new GraphId(durable[0].Id), GraphMaker.IndexOf(durable), this, limits ?? GraphLimits.Default, policy ?? OpaquePolicy.Instance, facts).Value;
    }

    public GraphMachine Machine { get; }

    /// <summary>What the store holds.</summary>
    public IReadOnlyList<Command> Durable => _durable;

    /// <summary>What was committed, step by step.</summary>
    public IEnumerable<GraphCommit> Commits => Outputs.OfType<GraphOutput.Changed>().SelectMany(changed => changed.Commits);

    /// <summary>Everything the machine put out but appends, in order.</summary>
    public List<GraphOutput> Outputs { get; } = [];

    /// <summary>Appends whose fate is open.</summary>
    public int Appending => _appends.Count;

    public IReadOnlyList<Command> LastAppend { get; private set; } = [];

    public GraphSnapshot Committed => Machine.Committed;

    public ReadOnlyMemory<byte> Read(int ordinal) => _durable[ordinal].Bytes;

    /// <summary>Acts; the token comes back with the answer.</summary>
    public long Act(string payload, Priority? priority = null) =>
        Put(token => new GraphInput.Act(token, priority ?? Priority.Basic(0), System.Text.Encoding.UTF8.GetBytes(payload)));

    public long Act(byte[] payload, Priority? priority = null) => Put(token => new GraphInput.Act(token, priority ?? Priority.Basic(0), payload));

    /// <summary>Receives from a peer that may not finalize.</summary>
    public long ReceiveFromOthers(params IReadOnlyList<Command> commands) => Put(token => new GraphInput.Receive(token, commands, MayFinalize: false));

    public long Receive(params IReadOnlyList<Command> commands) => Put(token => new GraphInput.Receive(token, commands));

    /// <summary>The store settles its oldest append: commits it if it follows what is there, and <paramref name="ok"/>.</summary>
    public void Settle(bool ok = true) => Handle(SettleInStore(ok));

    /// <summary>The same, but the machine hears of it when the input is given to <see cref="Handle"/>.</summary>
    public GraphInput SettleInStore(bool ok = true)
    {
        var append = _appends.Dequeue();
        if (!ok || append.First != _durable.Count)
            return new GraphInput.CommitFailed(append.Number, new SyncError(SyncErrorKind.StoreFailed, "the disk is full"));
        _durable.AddRange(append.Commands);
        return new GraphInput.Committed(append.Number);
    }

    public void SettleAll()
    {
        while (_appends.Count > 0)
            Settle();
    }

    public void Handle(GraphInput input)
    {
        Machine.Handle(input, MonotonicTime.Zero, _outbox);
        while (_outbox.TryTake(out var output))
        {
            if (output is GraphOutput.Append append)
            {
                LastAppend = append.Commands;
                _appends.Enqueue(append);
            }
            else
            {
                Outputs.Add(output);
            }
        }
    }

    public bool IsAnswered(long token) => Outputs.Any(output => TokenOf(output) == token);

    public Result<Address> Acted(long token) => Outputs.OfType<GraphOutput.Acted>().Single(acted => acted.Token == token).Result;

    public Result<ReceiveResult> Received(long token) => Outputs.OfType<GraphOutput.Received>().Single(received => received.Token == token).Result;

    private static long TokenOf(GraphOutput output) => output switch
    {
        GraphOutput.Acted acted => acted.Token,
        GraphOutput.Received received => received.Token,
        _ => 0,
    };

    private long Put(Func<long, GraphInput> input)
    {
        Handle(input(++_token));
        return _token;
    }
}
