using System.Text.Json;
using ActorSync.Bench.Negotiation;

if (!Options.TryParse(args, out var options))
{
    Console.Error.WriteLine($"""
        usage: dotnet run --project bench/Negotiation -c Release -- [--common N] [--only samples|filters|ranges] [--json]
          --common N   commands that the peers have in common (1000000; at least {Scenes.Smallest})
          --only M     one method in place of all three
          --json       a JSON array in place of the table
        """);
    return 2;
}
// The first runs are the compiler's.
foreach (var scene in Scenes.Over(Scenes.Smallest))
    _ = new Pair(scene).Run(options.Methods).Count();
var measured = new List<Measured>();
if (!options.Json)
    Table.Head();
foreach (var scene in Scenes.Over(options.Common))
{
    foreach (var row in new Pair(scene).Run(options.Methods))
    {
        measured.Add(row);
        if (!options.Json)
            Table.Row(row);
    }
}
if (options.Json)
    Console.WriteLine(JsonSerializer.Serialize(measured, Table.Json));
return measured.All(row => row.IsMet || row.Method != "samples") ? 0 : 1;
