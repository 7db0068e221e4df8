namespace ActorSync.Graphs;

/// <summary>The name of a graph: the id of its init command.</summary>
public readonly record struct GraphId(CommandId Init)
{
    /// <summary>The order of ids.</summary>
    public static readonly IComparer<GraphId> Order = Comparer<GraphId>.Create((x, y) => x.Init.CompareTo(y.Init));

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Init.ToString();

    public string ToShortString() => Init.ToShortString();

    public static bool TryParse(string? text, out GraphId graph)
    {
        var ok = CommandId.TryParse(text, out var id);
        graph = new GraphId(id);
        return ok;
    }
}
