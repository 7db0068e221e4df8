using System.Globalization;
using ActorSync.Bench;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["host", var number, var ports, var replicas, var folder])
    return await Host.RunAsync(int.Parse(number), [.. ports.Split(',').Select(int.Parse)], int.Parse(replicas), folder);
if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine("""
        usage: ActorEngine=Akka dotnet run --project bench/Cluster -c Release -- [--graphs N] [--seconds N] [--hosts N] [--json FILE]
          clusters of 1, 2 and 3 hosts (or of --hosts alone) with so many graphs (1000), each measurement for so long (5 s); a
          table, and what it holds as JSON into FILE. Progress and the time left go to the standard error.
        """);
    return 2;
}
var sheet = new Sheet();
foreach (var (hosts, held) in options.Clusters)
    await new Measurement(options, sheet, hosts, held).RunAsync();
sheet.Print();
if (options.Json is { } file)
    sheet.Write(file);
return 0;
