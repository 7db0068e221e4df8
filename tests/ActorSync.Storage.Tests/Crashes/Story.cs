using ActorSync.Graphs;
using ActorSync.Graphs.Stores;
using ActorSync.Peers;

namespace ActorSync.Storage.Tests.Crashes;

/// <summary>Something that was asked of a store: begun at one act of the journal, answered at a later one.</summary>
internal sealed record Deed(int Begun, int Done = int.MaxValue)
{
    public bool WasBegun(int point) => Begun <= point;

    public bool WasDone(int point) => Done <= point;
}

/// <summary>What became of one graph: all commands that were ever appended to it, in their order, and when.</summary>
internal sealed class GraphStory(int seed)
{
    public RandomGraph Graph { get; } = new(seed);

    public Deed Creation { get; set; } = new(int.MaxValue);

    public Deed Removal { get; set; } = new(int.MaxValue);

    /// <summary>Each append with the commands that the graph holds after it, and the digest of its heads then.</summary>
    public List<(Deed Deed, int Count, CommandId Digest)> Appends { get; } = [];

    public int CountAcknowledged(int point) => Appends.Where(append => append.Deed.WasDone(point)).Select(append => append.Count).DefaultIfEmpty(0).Max();

    /// <summary>The digest of the heads if an append that was begun left so many commands; else null.</summary>
    public CommandId? DigestOf(int count, int point) =>
        Appends.Where(append => append.Count == count && append.Deed.WasBegun(point)).Select(append => (CommandId?)append.Digest).FirstOrDefault();
}

/// <summary>A store that is used in turns, so that its journal says what was acknowledged when.</summary>
internal sealed class Story(RecordingFiles files, StoreSettings settings)
{
    private readonly Random _random = new(1);
    private readonly Dictionary<GraphStory, OpenedGraph> _open = [];
    private readonly ManualTime _time = new();
    private NodeStore? _store;

    /// <summary>The most bytes in a payload.</summary>
    public int PayloadBytes { get; init; } = 40;

    public List<GraphStory> Graphs { get; } = [];

    /// <summary>Heads that were ever said to be acked.</summary>
    public List<(PeerIdentity Peer, GraphId Graph, Address Head)> Acked { get; } = [];

    public async Task OpenAsync()
    {
        _store = (await NodeStore.OpenAsync(settings, files, _time)).Value;
        foreach (var story in Graphs.Where(story => _store.Graphs.Contains(story.Graph.Graph)))
            await OpenAsync(story);
    }

    public async Task OpenAsync(GraphStory story)
    {
        _open[story] = (await _store!.OpenAsync(story.Graph.Graph)).Value;
        await ((GraphLog)_open[story].Store).IndexWriting;
    }

    public async Task CloseAsync()
    {
        _open.Clear();
        await _store!.DisposeAsync();
    }

    public async Task<GraphStory> CreateAsync()
    {
        var story = new GraphStory(Graphs.Count + 1);
        Graphs.Add(story);
        story.Creation = new Deed(files.Now);
        var digest = story.Graph.Heads.Digest;
        _open[story] = (await _store!.CreateAsync(story.Graph.Init)).Value;
        story.Creation = story.Creation with { Done = files.Now };
        story.Appends.Add((story.Creation, 1, digest));
        return story;
    }

    public async Task CloseAsync(GraphStory story)
    {
        await _open[story].Store.DisposeAsync();
        _open.Remove(story);
    }

    public async Task RemoveAsync(GraphStory story)
    {
        await CloseAsync(story);
        story.Removal = new Deed(files.Now);
        Assert.Null(await _store!.RemoveAsync(story.Graph.Graph));
        story.Removal = story.Removal with { Done = files.Now };
    }

    /// <summary>Appends a batch, and waits for all that it entails.</summary>
    public async Task AppendAsync(GraphStory story, int commands)
    {
        var at = story.Appends.Count;
        var append = Begin(story, commands);
        Assert.Null(await append);
        Done(story, at);
        await ((GraphLog)_open[story].Store).IndexWriting;
    }

    /// <summary>Appends batches while one is being written, so that they share a write and a flush.</summary>
    public async Task AppendGroupAsync(GraphStory story, int batches)
    {
        var at = story.Appends.Count;
        var held = files.Hold();
        // What is not flushed may be written by who begins it.
        var lone = Task.Run(() => Begin(story, 1));
        await held.Reached;
        var group = Enumerable.Range(0, batches).Select(_ => Begin(story, _random.Next(1, 4))).ToList();
        held.LetGo();
        Assert.Null(await lone);
        Assert.All(await Task.WhenAll(group), Assert.Null);
        for (var i = 0; i <= batches; i++)
            Done(story, at + i);
        await ((GraphLog)_open[story].Store).IndexWriting;
    }

    /// <summary>A peer acks the newest command, and that is written.</summary>
    public async Task LearnAsync(GraphStory story)
    {
        var (peer, head) = (new PeerIdentity(new NodeId((UInt128)_random.Next(1, 4)), new InstanceId(7)), story.Graph.Commands[^1].Address);
        Acked.Add((peer, story.Graph.Graph, head));
        _store!.PeerKnowledge.RememberAckedHeads(peer, story.Graph.Graph, [head]);
        await ((PeerKnowledgeLog)_store.PeerKnowledge).WriteAsync();
    }

    /// <summary>The interval of flushes, if that is the mode, is over.</summary>
    public void Wait() => _time.Advance(settings.FsyncInterval);

    private Task<SyncError?> Begin(GraphStory story, int commands)
    {
        var (opened, first) = (_open[story], story.Graph.Commands.Count);
        var batch = story.Graph.Batch(commands, PayloadBytes);
        foreach (var command in batch)
            _ = opened.Index.Add(command).Value;
        story.Appends.Add((new Deed(files.Now), first + commands, opened.Index.Heads().Digest));
        return opened.Store.AppendAsync(first, batch);
    }

    private void Done(GraphStory story, int append) =>
        story.Appends[append] = story.Appends[append] with { Deed = story.Appends[append].Deed with { Done = files.Now } };
}
