using System.Globalization;
using System.Text;
using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>Commands made in order, priors first: what peers have in common, and what each has beyond it.</summary>
internal static class History
{
    private static readonly Command Root = Command.Init("negotiation"u8);

    public static GraphId Graph => new(Root.Id);

    /// <summary>One line.</summary>
    public static IEnumerable<Command> Trunk(int commands) => Run(Root.Address, commands - 1, "trunk").Prepend(Root);

    /// <summary>A trunk, then so many strands side by side, each a head: half of the commands are the strands'.</summary>
    public static IEnumerable<Command> Strands(int commands, int strands)
    {
        var tip = Root.Address;
        foreach (var command in Trunk(commands / 2))
        {
            tip = command.Address;
            yield return command;
        }
        var each = (commands - commands / 2) / strands;
        foreach (var command in On([.. Enumerable.Repeat(tip, strands)], each * strands, "strand"))
            yield return command;
    }

    /// <summary>A trunk from which so many branches of three commands part and are merged again at once.</summary>
    public static IEnumerable<Command> Sides(int commands, int sides)
    {
        yield return Root;
        var tip = Root.Address;
        for (var i = 0; i < sides; i++)
        {
            var side = Run(tip, 3, $"side {i}").ToArray();
            var main = Run(tip, Math.Max(1, commands / sides - 4), $"main {i}").ToArray();
            foreach (var command in main.Concat(side))
                yield return command;
            var merge = Command.Merge(main[^1].Address, side[^1].Address);
            yield return merge;
            tip = merge.Address;
        }
    }

    /// <summary>
    /// So many writers, each with a tip of its own, who write runs of 1 to 40 commands and after each merge another's tip
    /// with a chance of one in four. All tips are heads in the end.
    /// </summary>
    public static IEnumerable<Command> Writers(int commands, int writers)
    {
        var random = new Random(7);
        var tips = Enumerable.Repeat(Root.Address, writers).ToArray();
        yield return Root;
        var made = 1;
        for (var i = 0; i < writers || made < commands; i++)
        {
            var at = i < writers ? i : random.Next(writers);
            foreach (var command in Run(tips[at], random.Next(1, 41), $"writer {i}"))
            {
                tips[at] = command.Address;
                made++;
                yield return command;
            }
            var other = random.Next(writers);
            if (i < writers || other == at || random.Next(4) > 0)
                continue;
            // The other writes a command of its own after that, so that both tips stay heads.
            var before = tips[other];
            var own = Run(before, 1, $"after {i}").Single();
            var merge = Command.Merge(tips[at], before);
            (tips[other], tips[at]) = (own.Address, merge.Address);
            made += 2;
            yield return own;
            yield return merge;
        }
    }

    /// <summary>A run of commands.</summary>
    public static IEnumerable<Command> Run(Address after, int count, string name)
    {
        for (var i = 0; i < count; i++)
        {
            var command = Command.Create(Prior.Single(after), Priority.Basic(0), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name} {i}")));
            after = command.Address;
            yield return command;
        }
    }

    /// <summary>Runs on several tips in turns, together so many commands.</summary>
    public static IEnumerable<Command> On(Address[] tips, int commands, string name)
    {
        var at = (Address[])tips.Clone();
        for (var i = 0; i < commands; i++)
        {
            var strand = i % at.Length;
            var command = Run(at[strand], 1, $"{name} {strand} {i / at.Length}").Single();
            at[strand] = command.Address;
            yield return command;
        }
    }
}
