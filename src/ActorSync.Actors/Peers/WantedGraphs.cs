using ActorSync.Graphs;
using ActorSync.Graphs.Hellos;

namespace ActorSync.Actors;

// What is wanted of one peer, and for whom: what one takes back, another may still want. The mesh wants few of its links to
// push, and changes its mind; what an application asked for stays until the application says otherwise.

/// <summary>Graphs of which a subscription is wanted.</summary>
internal sealed class WantedSubscriptions
{
    private readonly HashSet<GraphId> _byApplication = [];

    // Most nodes are in no mesh, and have many peers.
    private HashSet<GraphId>? _byMesh;

    public bool IsEmpty => _byApplication.Count == 0 && _byMesh is null or { Count: 0 };

    /// <summary>The graphs, each once.</summary>
    public IEnumerable<GraphId> Graphs => _byMesh is null ? _byApplication : _byApplication.Union(_byMesh);

    public IEnumerable<PeerActor.Want> All =>
        [.. _byApplication.Select(graph => new PeerActor.Want(graph)), .. (_byMesh ?? []).Select(graph => new PeerActor.Want(graph, LinkKeepers.Mesh))];

    public bool Contains(GraphId graph) => _byApplication.Contains(graph) || _byMesh?.Contains(graph) == true;

    /// <summary>True when nobody wanted it before.</summary>
    public bool Add(GraphId graph, LinkKeepers keeper)
    {
        var isNew = !Contains(graph);
        (keeper == LinkKeepers.Mesh ? _byMesh ??= [] : _byApplication).Add(graph);
        return isNew;
    }

    /// <summary>True when nobody wants it any more.</summary>
    public bool Remove(GraphId graph, LinkKeepers keeper)
    {
        (keeper == LinkKeepers.Mesh ? _byMesh : _byApplication)?.Remove(graph);
        return !Contains(graph);
    }

    /// <summary>Whoever wants it: it cannot be had.</summary>
    public void Remove(GraphId graph)
    {
        _byApplication.Remove(graph);
        _byMesh?.Remove(graph);
    }
}

/// <summary>Graphs of which the peer is to tell. An application's terms come before those of the mesh.</summary>
internal sealed class WantedHellos
{
    private readonly Dictionary<GraphId, (HelloTerms? Application, HelloTerms? Mesh)> _graphs = [];

    public bool IsEmpty => _graphs.Count == 0;

    public IEnumerable<GraphId> Graphs => _graphs.Keys;

    public IEnumerable<PeerActor.WantHello> All
    {
        get
        {
            foreach (var (graph, (application, mesh)) in _graphs)
            {
                if (application is not null)
                    yield return new PeerActor.WantHello(graph, application);
                if (mesh is not null)
                    yield return new PeerActor.WantHello(graph, mesh, LinkKeepers.Mesh);
            }
        }
    }

    /// <summary>The terms that count; null when nobody wants it.</summary>
    public HelloTerms? TermsOf(GraphId graph) => _graphs.TryGetValue(graph, out var terms) ? terms.Application ?? terms.Mesh : null;

    /// <summary>True when nobody wanted it before.</summary>
    public bool Add(GraphId graph, LinkKeepers keeper, HelloTerms terms)
    {
        var isNew = !_graphs.TryGetValue(graph, out var before);
        _graphs[graph] = keeper == LinkKeepers.Mesh ? (before.Application, terms) : (terms, before.Mesh);
        return isNew;
    }

    /// <summary>True when nobody wants it any more.</summary>
    public bool Remove(GraphId graph, LinkKeepers keeper)
    {
        var before = _graphs.GetValueOrDefault(graph);
        var after = keeper == LinkKeepers.Mesh ? (before.Application, null) : (default(HelloTerms), before.Mesh);
        if (after is (null, null))
            _graphs.Remove(graph);
        else
            _graphs[graph] = after;
        return !_graphs.ContainsKey(graph);
    }
}
