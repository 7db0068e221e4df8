namespace ActorSync.Node.Demo;

/// <summary>One member of a mesh in a live view.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Members">Members that it knows; 0 when it is gone.</param>
/// <param name="Serving">Graphs that it holds.</param>
/// <param name="TakingOver">Graphs that it is to hold, and is getting.</param>
/// <param name="Leaving">Graphs that others hold now, and that are here still.</param>
/// <param name="Commands">Commands of all graphs that are here.</param>
/// <param name="BytesIn">Bytes received over the links of now.</param>
/// <param name="BytesOut">Bytes sent over them.</param>
internal sealed record HostView(int Number, int Members, int Serving, int TakingOver, int Leaving, long Commands, long BytesIn, long BytesOut)
{
    /// <summary>One that was killed.</summary>
    public static HostView Killed(int number) => new(number, 0, 0, 0, 0, 0, 0, 0);

    public static HostView Of(int number, NodeStatus status)
    {
        var mesh = status.Mesh!;
        return new HostView(
            number,
            mesh.Members.Count,
            mesh.Graphs.Count(graph => graph.State == HoldingNames.Serving),
            mesh.Graphs.Count(graph => graph.State == HoldingNames.TakingOver),
            mesh.Graphs.Count(graph => graph.State == HoldingNames.Leaving || graph.State == HoldingNames.Guest),
            status.Graphs.Sum(graph => (long)graph.Commands),
            status.Peers.Sum(peer => peer.BytesIn),
            status.Peers.Sum(peer => peer.BytesOut));
    }

    public bool IsKilled => Members == 0;
}
