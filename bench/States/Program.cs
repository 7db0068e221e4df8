using ActorSync.Bench;

return args switch
{
    ["sets", .. var rest] when Numbers(rest, 2_000_000, 100_000) is [var sets, var keys] => LocalSets.Run(sets, keys),
    ["spread", .. var rest] when Numbers(rest, 20) is [var changes] => Spread.Run(changes),
    ["coverage", .. var rest] when Numbers(rest, 1000, 20) is [var nodes, var changes] => Coverage.Run(nodes, changes),
    ["pull", .. var rest] when Numbers(rest, 100_000, 10) is [var entries, var different] => Pulls.Run(entries, different),
    ["processes", .. var rest] when Numbers(rest, 10) is [var changes] => await Processes.RunAsync(changes),
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
        usage: dotnet run --project bench/States -c Release -- WHAT
          sets [SETS [KEYS]]               writes applied on one node a second, on one core, without a disk (2000000, 100000)
          spread [CHANGES]                 time for a change to reach 3, 10 and 50 simulated nodes, and bytes a node (20)
          processes [CHANGES]              the same for 3 and 10 real nodes, processes linked by TCP (10)
          coverage [NODES [CHANGES]]       share of simulated nodes that push alone reaches, beside the formula (1000, 20)
          pull [ENTRIES [DIFFERENT]]       what a pull of two nearly equal states costs (100000, 10)
        """);
    return 2;
}
