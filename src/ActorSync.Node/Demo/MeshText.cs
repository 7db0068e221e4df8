namespace ActorSync.Node.Demo;

/// <summary>The report of a mesh for people: who holds what at each stage, commands before and after, then what was found.</summary>
internal sealed class MeshText(MeshReport mesh)
{
    private readonly MeshStage _before = mesh.Stages[0];
    private readonly MeshStage _after = mesh.Stages[^1];

    public List<string> Lines() => ["who holds what", .. TextTable.Of(Rows(), leftColumns: mesh.Stages.Count + 1), "", .. Facts()];

    /// <summary>The table: a row for each graph, then one for each member with how many graphs it holds.</summary>
    public IReadOnlyList<string[]> Rows() =>
    [
        ["graph", .. mesh.Stages.Select(stage => stage.Name), "before", "level", "after", "level"],
        .. _before.Graphs.Select((graph, i) => Row(graph, i)),
        ["at rest in", .. mesh.Stages.Select(stage => Units.Seconds(stage.Seconds)), "", "", "", ""],
        .. mesh.Stages.SelectMany(stage => stage.Hosts).Select(host => host.Number).Distinct().Order().Select(Row),
    ];

    private string[] Row(MeshGraph graph, int index)
    {
        var after = _after.Graphs[index];
        return
        [
            index == 0 ? "history" : graph.Graph[..8],
            .. mesh.Stages.Select(stage => string.Join(' ', stage.Graphs[index].Holders)),
            Units.Count(graph.Commands),
            YesOrNo(graph.Level),
            Units.Count(after.Commands),
            YesOrNo(after.Level),
        ];
    }

    private string[] Row(int number)
    {
        var hosts = mesh.Stages.Select(stage => stage.Hosts.FirstOrDefault(host => host.Number == number)).ToArray();
        return
        [
            $"node {number}",
            .. hosts.Select(host => host is null ? "-" : $"{host.Graphs} graphs"),
            hosts[0] is { } before ? Units.Count(before.Commands) : "",
            "",
            hosts[^1] is { } after ? Units.Count(after.Commands) : "",
            "",
        ];
    }

    /// <summary>What was found, a line each.</summary>
    public List<string> Facts()
    {
        var writes = mesh.Writes;
        return
        [
            Fact("mesh level", Level()),
            Fact("acknowledged", $"{Units.Count(writes.Acknowledged)} commands, {Missing()} (4)"),
            Fact("replicated", $"half within {Units.Milliseconds(writes.MedianMs)}, the longest, over the kill, in {Units.Seconds(writes.LongestSeconds)}"),
            Fact("killed", $"node {mesh.Killed}, after {Units.Count(writes.AtKill)} of {Units.Count(writes.During)} writes; {Units.Count(writes.Unacknowledged)} got no acknowledgement (5)"),
            "",
            $"each graph lives on {mesh.Factor} members; before and after are its commands, and those on each node, at the first stage and the last",
            $"(4) {Units.Count(writes.BeforeMesh)} pushed before there was a mesh, {Units.Count(writes.Replicated)} answered when durable on {mesh.Factor} members; looked for by id on both that hold the graph",
            "(5) the client was told so, or lost its node, and went on: such a command may be there or not",
        ];
    }

    private string Level()
    {
        var bad = mesh.Stages.Where(stage => !stage.Level).Select(stage => $"\"{stage.Name}\"").ToArray();
        return bad.Length == 0
            ? $"yes, at each stage: {_after.Graphs.Count} graphs, each on {mesh.Factor} members and no other"
            : $"NO: not at {string.Join(", ", bad)}";
    }

    private string Missing() => mesh.Writes.Missing.Count == 0
        ? "none missing"
        : $"{Units.Count(mesh.Writes.Missing.Count)} MISSING: {string.Join(", ", mesh.Writes.Missing.Take(3).Select(id => id[..8]))}";

    private static string Fact(string name, string what) => $"{name,-20}{what}";

    private static string YesOrNo(bool yes) => yes ? "yes" : "NO";
}
