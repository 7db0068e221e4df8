namespace ActorSync.Bench;

/// <summary>What is measured, and where it is written.</summary>
/// <param name="Graphs">Graphs in a cluster.</param>
/// <param name="Seconds">How long each measurement takes, in seconds.</param>
/// <param name="Hosts">Clusters of so many hosts alone; null for all.</param>
/// <param name="Json">The file; null for none.</param>
internal sealed record Options(int Graphs, int Seconds, int? Hosts, string? Json)
{
    private static readonly (int Hosts, int Replicas)[] All = [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)];

    public (int Hosts, int Replicas)[] Clusters => [.. All.Where(cluster => Hosts is null || cluster.Hosts == Hosts)];

    public static Options? Parse(string[] words)
    {
        var options = new Options(1_000, 5, null, null);
        for (var at = 0; at < words.Length; at += 2)
        {
            var value = at + 1 < words.Length ? words[at + 1] : "";
            var count = int.TryParse(value, out var number) && number > 0 ? number : 0;
            var next = words[at] switch
            {
                "--graphs" when count > 0 => options with { Graphs = count },
                "--seconds" when count > 0 => options with { Seconds = count },
                "--hosts" when count is > 0 and <= 3 => options with { Hosts = count },
                "--json" when value.Length > 0 => options with { Json = value },
                _ => null,
            };
            if (next is null)
                return null;
            options = next;
        }
        return options;
    }
}
