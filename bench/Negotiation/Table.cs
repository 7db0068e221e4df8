using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorSync.Bench.Negotiation;

/// <summary>How the measurements are shown.</summary>
internal static class Table
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Head() =>
        Console.WriteLine($"{"case",-62} {"method",-8} {"trips",5} {"all",3} {"overhead",10} {"commands'",11} {"bytes",11} {"sent",9} {"in vain",7} {"ms",7}  bar");

    public static void Row(Measured row) =>
        Console.WriteLine($"{row.Case,-62} {row.Method,-8} {row.TripsToPayload,5} {row.Trips,3} {row.Overhead,10:N0} {row.CommandBytes,11:N0} {row.Bytes,11:N0} {row.Sent,9:N0} {row.InVain,7:N0} {row.Milliseconds,7:N0}  {Name(row.Bar)}: {(row.IsMet ? "met" : "NOT MET")}");

    private static string Name(Bar bar) => bar.ToString().ToLowerInvariant();
}
