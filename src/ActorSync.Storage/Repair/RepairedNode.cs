using ActorSync.Peers;

namespace ActorSync.Storage;

/// <summary>
/// Who the node is, while its store is looked at or repaired. Without a node file that can be read all else is looked at as
/// well; a repair makes another one.
/// </summary>
internal sealed class RepairedNode(IFileSystem files, string folder)
{
    private StoreCatalog? _catalog;
    private NodeFile? _node;

    /// <summary>What is wrong with the node file, or null.</summary>
    public SyncError? Damage { get; private set; }

    /// <summary>What is known: the last run closed the store, so that every log ends with its mark.</summary>
    public bool WasClosed => _node is { State: RunState.Closed };

    public RunState State => _node?.State ?? RunState.RunningFlushed;

    /// <summary>Whether the file is of a version that had no catalog beside it, or is not there to say.</summary>
    public bool MayLackCatalog => _node is null or { IsFirstVersion: true };

    /// <summary>Whether one of the two slots is not intact.</summary>
    public bool IsHalf => _node is { IsHalf: true };

    public NodeId Node => _node!.Node;

    public void Read()
    {
        if (!NodeFile.Read(files, folder).TryGet(out _node, out var damage))
            Damage = damage;
        else if (_node is null)
            Damage = new SyncError(SyncErrorKind.StoreDamaged, $"{Path.Combine(folder, NodeFile.Name)} is missing; {StoreErrors.NodeAdvice}");
    }

    /// <summary>
    /// Makes a new node where the file is lost; what was in it is kept beside it. Nobody knows whether the last run ended: the
    /// ends of all logs are looked at when the store is opened.
    /// </summary>
    public void Replace(StoreCatalog catalog)
    {
        _catalog = catalog;
        if (Damage is null)
            return;
        NodeFile.SetAside(files, folder);
        Write(new NodeFile(NodeFile.DrawNode(), NodeFile.DrawInstance(), RunState.RunningFlushed));
    }

    /// <summary>Peers must not count on what this node held.</summary>
    public void DrawInstance() => Write(_node! with { Instance = NodeFile.DrawInstance() });

    public void Mark(RunState state, bool isNewInstance = false) =>
        Write(_node! with { State = state, Instance = isNewInstance ? NodeFile.DrawInstance() : _node.Instance });

    // A file of this version says that there is a catalog.
    private void Write(NodeFile node)
    {
        _catalog!.Write();
        // What the slot said that is not intact may have been that the instance is another one.
        _node = (IsHalf ? node with { Instance = NodeFile.DrawInstance() } : node).Write(files, folder);
    }
}
