namespace ActorSync.Graphs;

/// <summary>The name of a graph: the id of its init command.</summary>
public readonly record struct GraphId(CommandId Init)
{
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
