using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>The folders of a node's graphs: "graphs/", and in it one folder per graph, named by its 64 digits.</summary>
internal sealed class GraphFolders(IFileSystem files, string folder, StoreCatalog catalog)
{
    public const string RootName = "graphs";

    private readonly ReplicaFolders _folders = new(files, folder, RootName, LogKind.Graph, catalog);

    public string Root => _folders.Root;

    public string PathOf(GraphId graph) => _folders.PathOf(graph.ToString());

    public string NewPathOf(GraphId graph) => _folders.NewPathOf(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.Open"/>.</summary>
    public void Open() => _folders.Open();

    /// <summary>See <see cref="ReplicaFolders.Settle"/>.</summary>
    public void Settle() => _folders.Settle(name => IsName(name, out _));

    /// <summary>See <see cref="ReplicaFolders.Missing"/>.</summary>
    public IReadOnlyList<GraphId> Missing => [.. _folders.Missing.Select(name => IsName(name, out var graph) ? graph : default).Where(graph => graph != default)];

    /// <summary>See <see cref="ReplicaFolders.ForgetMissing"/>.</summary>
    public void ForgetMissing() => _folders.ForgetMissing();

    /// <summary>See <see cref="ReplicaFolders.EntryOf"/>.</summary>
    public CatalogEntry? EntryOf(GraphId graph) => _folders.EntryOf(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.Await"/>.</summary>
    public void Await(GraphId graph) => _folders.Await(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.GiveUp"/>.</summary>
    public void GiveUp(GraphId graph) => _folders.GiveUp(graph.ToString());

    /// <summary>The graphs that are there, sorted.</summary>
    public IReadOnlyList<GraphId> List()
    {
        var graphs = new List<GraphId>();
        foreach (var name in _folders.Names)
        {
            if (IsName(name, out var graph))
                graphs.Add(graph);
        }
        graphs.Sort((x, y) => x.Init.CompareTo(y.Init));
        return graphs;
    }

    /// <summary>Removes what lies in the place of a graph that is not here: one whose making failed, and could not be taken back.</summary>
    public void Clear(GraphId graph)
    {
        if (_folders.IsThere(graph.ToString()))
            _folders.Drop(graph.ToString());
    }

    /// <summary>An empty folder to make the graph in.</summary>
    public void Begin(GraphId graph) => _folders.Begin(graph.ToString());

    /// <summary>Puts what was made in its place; durable when it returns.</summary>
    public void Finish(GraphId graph) => _folders.Finish(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.SetAside"/>.</summary>
    public string SetAside(GraphId graph) => _folders.SetAside(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.SetAsideOnly"/>.</summary>
    public IReadOnlyDictionary<GraphId, string> SetAsideOnly()
    {
        var aside = new Dictionary<GraphId, string>();
        foreach (var (name, path) in _folders.SetAsideOnly())
        {
            if (IsName(name, out var graph))
                aside[graph] = path;
        }
        return aside;
    }

    /// <summary>See <see cref="ReplicaFolders.SetAsideOf"/>.</summary>
    public IReadOnlyList<string> SetAsideOf(GraphId graph) => _folders.SetAsideOf(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.Abandon"/>.</summary>
    public void Abandon(GraphId graph) => _folders.Abandon(graph.ToString());

    /// <summary>See <see cref="ReplicaFolders.Remove"/>.</summary>
    public void Remove(GraphId graph, Action gone) => _folders.Remove(graph.ToString(), gone);

    private static bool IsName(string name, out GraphId graph) => GraphId.TryParse(name, out graph) && graph.ToString() == name;
}
