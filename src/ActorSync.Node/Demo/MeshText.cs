namespace ActorSync.Node.Demo;

/// <summary>The report of a mesh for people: who holds what at each stage, commands before and after, then what was found.</summary>
internal sealed class MeshText(MeshReport mesh)
{
    private readonly MeshStage _before = mesh.Stages[0];
    private readonly MeshStage _after = mesh.Stages[^1];

    public List<string> Lines() => [$"who holds what: each graph on {mesh.Factor} members, its commands before and after", .. TextTable.Of(Rows(), leftColumns: mesh.Stages.Count + 1), "", .. Facts()];

    /// <summary>The table: a row for each graph, then one for each member with how many graphs it holds.</summary>
    public IReadOnlyList<string[]> Rows() =>
    [
        ["graph", .. mesh.Stages.Select(stage => stage.Name), "before", "level", "after", "level"],
        .. _before.Graphs.Select((graph, i) => Row(graph, i)),
        ["time", .. mesh.Stages.Select(stage => Units.Seconds(stage.Seconds)), "", "", "", ""],
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
            $"on node {number}",
            .. hosts.Select(host => host is null ? "-" : $"{host.Graphs}"),
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
            Fact("replicated", $"half within {Units.Milliseconds(writes.MedianMs)}; the longest took {Units.Seconds(writes.LongestSeconds)}"),
            Fact("killed", $"node {mesh.Killed}, after {Units.Count(writes.AtKill)} of {Units.Count(writes.During)} writes; {Units.Count(writes.Unacknowledged)} not acknowledged (5)"),
            "",
            $"a member drops a graph when {mesh.Factor} others hold all of it and {mesh.GraceSeconds} s are over ({DemoRole.UsualGrace.TotalMinutes} min unless configured)",
            $"(4) {Units.Count(writes.BeforeMesh)} pushed before there was a mesh, {Units.Count(writes.Replicated)} answered when durable on {mesh.Factor} members;",
            "    each was looked for by its id on every member that holds its graph at the end",
            "(5) the client was told so, or lost its node: the command may be there or not",
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
