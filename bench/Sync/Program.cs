using System.Globalization;
using ActorSync.Bench;

return args switch
{
    ["idle", .. var rest] when Numbers(rest, 60, 128) is [var seconds, var subscriptions] => await Idle.RunAsync(seconds, subscriptions),
    ["catch-up", "poll" or "subscribe", "key-value", .. var rest] when Numbers(rest, 1_000_000, 100) is [var commands, var bytes] => await CatchUp.RunAsync(args[1] == "poll", true, commands, bytes),
    ["catch-up", "poll" or "subscribe", .. var rest] when Numbers(rest, 1_000_000, 100) is [var commands, var bytes] => await CatchUp.RunAsync(args[1] == "poll", false, commands, bytes),
    ["open", "linear" or "branched", .. var rest] when Numbers(rest, 1_000_000, 100) is [var commands, var bytes] => await Opening.RunAsync(args[1] == "linear", commands, bytes),
    ["dormant", .. var rest] when Numbers(rest, 1000, 100) is [var graphs, var commands] => await Dormant.RunAsync(graphs, commands),
    ["dormant-once", var folder, var what] => await Dormant.MeasureAsync(folder, what),
    ["append", .. var rest] when Numbers(rest, 100) is [var bytes] => await Appending.RunAsync(bytes),
    ["open-once", var folder, "0", var warmth] => await Opening.MeasureAsync(folder, int.MaxValue, warmth == "warm"),
    ["open-once", var folder, var every, var warmth] => await Opening.MeasureAsync(folder, int.Parse(every, CultureInfo.InvariantCulture), warmth == "warm"),
    _ => Usage(),
};

// What is not given has its default.
static int[]? Numbers(string[] given, params int[] defaults)
{
    for (var i = 0; i < given.Length; i++)
    {
        if (i == defaults.Length || !int.TryParse(given[i], out defaults[i]) || defaults[i] <= 0)
            return null;
    }
    return defaults;
}

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run --project bench/Sync -c Release -- WHAT
          idle [SECONDS [SUBSCRIPTIONS]]                       what open subscriptions cost while nothing changes (60, 128)
          catch-up poll|subscribe [key-value] [COMMANDS [PAYLOAD-BYTES]]
                                                               an empty node comes level with a full one (1000000, 100)
          open linear|branched [COMMANDS [PAYLOAD-BYTES]]      a node that starts: time and memory of a long graph (1000000, 100)
          dormant [GRAPHS [COMMANDS]]                          a node of many graphs, open and dormant: memory, files, first action (1000, 100)
          append [PAYLOAD-BYTES]                               durable commits a second, one writer and many (100)
        """);
    return 2;
}
