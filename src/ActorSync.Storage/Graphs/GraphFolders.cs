using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>
/// The folders of a node's graphs: "graphs/" and in it one folder per graph, named by its 64 digits. A graph is made
/// beside its place ("….new") and removed beside it ("….gone"): a rename is what makes it be there or not.
/// </summary>
internal sealed class GraphFolders(IFileSystem files, string folder)
{
    private const string Unmade = ".new";
    private const string Removed = ".gone";
    private const string Damaged = ".damaged";
    private const string Unwanted = ".removed";

    public string Root { get; } = Path.Combine(folder, "graphs");

    public string PathOf(GraphId graph) => Path.Combine(Root, graph.ToString());

    public string NewPathOf(GraphId graph) => PathOf(graph) + Unmade;

    public bool IsEmpty => files.List(Root).Count == 0;

    /// <summary>Makes the root, deletes what was left half made or half removed, and lists the graphs, sorted.</summary>
    public IReadOnlyList<GraphId> Open()
    {
        if (!files.FolderExists(Root))
        {
            files.CreateFolder(Root);
            files.FlushFolder(folder);
        }
        foreach (var name in files.List(Root))
        {
            if (name.EndsWith(Unmade, StringComparison.Ordinal) || name.EndsWith(Removed, StringComparison.Ordinal))
                files.DeleteFolder(Path.Combine(Root, name));
        }
        return List();
    }

    /// <summary>The graphs that are there, sorted.</summary>
    public IReadOnlyList<GraphId> List()
    {
        var graphs = new List<GraphId>();
        foreach (var name in files.List(Root))
        {
            if (GraphId.TryParse(name, out var graph) && graph.ToString() == name)
                graphs.Add(graph);
        }
        graphs.Sort((x, y) => x.Init.CompareTo(y.Init));
        return graphs;
    }

    /// <summary>An empty folder to make the graph in.</summary>
    public void Begin(GraphId graph)
    {
        DeleteIfThere(NewPathOf(graph));
        files.CreateFolder(NewPathOf(graph));
    }

    /// <summary>Puts what was made in its place; durable when it returns.</summary>
    public void Finish(GraphId graph)
    {
        files.FlushFolder(NewPathOf(graph));
        files.Rename(NewPathOf(graph), PathOf(graph));
        try
        {
            files.FlushFolder(Root);
        }
        catch
        {
            files.Rename(PathOf(graph), NewPathOf(graph));
            throw;
        }
    }

    /// <summary>A name, free so far, under which a graph is kept that is damaged.</summary>
    public string AsidePathOf(GraphId graph) => FreePathOf(graph, Damaged);

    /// <summary>Graphs that are set aside and have nothing in their place: a repair was cut short, or could keep nothing.</summary>
    public IReadOnlyDictionary<GraphId, string> SetAsideOnly()
    {
        var aside = new Dictionary<GraphId, string>();
        foreach (var name in files.List(Root).Order(StringComparer.Ordinal))
        {
            var dot = name.IndexOf(Damaged, StringComparison.Ordinal);
            if (dot > 0 && GraphId.TryParse(name[..dot], out var graph) && !files.FolderExists(PathOf(graph)))
                aside[graph] = Path.Combine(Root, name);
        }
        return aside;
    }

    /// <summary>Deletes what was begun; durable with the other changes of the root when it returns.</summary>
    public void Abandon(GraphId graph)
    {
        DeleteIfThere(NewPathOf(graph));
        files.FlushFolder(Root);
    }

    /// <summary>
    /// Takes a graph out of its place and then deletes it; says so in between, when it is gone durably. What was set aside
    /// of it stays, under a name that no repair looks for.
    /// </summary>
    public void Remove(GraphId graph, Action gone)
    {
        foreach (var name in files.List(Root).Where(name => name.StartsWith(graph + Damaged, StringComparison.Ordinal)))
            files.Rename(Path.Combine(Root, name), FreePathOf(graph, Unwanted));
        var path = PathOf(graph) + Removed;
        DeleteIfThere(path);
        if (files.FolderExists(PathOf(graph)))
            files.Rename(PathOf(graph), path);
        files.FlushFolder(Root);
        gone();
        DeleteIfThere(path);
    }

    private string FreePathOf(GraphId graph, string ending)
    {
        var path = PathOf(graph) + ending;
        for (var number = 2; files.FolderExists(path); number++)
            path = $"{PathOf(graph)}{ending}-{number}";
        return path;
    }

    private void DeleteIfThere(string path)
    {
        if (files.FolderExists(path))
            files.DeleteFolder(path);
    }
}
