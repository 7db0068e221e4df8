namespace ActorSync.Testing.Scenarios;

/// <summary>Whether a scenario holds.</summary>
/// <param name="Rule">The number of the rule that does not, counted from 1; null when all hold.</param>
/// <param name="Name">The rule's name.</param>
/// <param name="Difference">What differed, for people.</param>
public sealed record ScenarioOutcome(int? Rule, string Name, string Difference)
{
    public static readonly ScenarioOutcome Held = new(null, "", "");

    public bool Holds => Rule is null;

    public override string ToString() => Holds ? "holds" : $"rule {Rule} ({Name}): {Difference}";
}

/// <summary>How scenarios are run.</summary>
public sealed record ScenarioOptions
{
    /// <summary>Gives each client its own empty store; the runner disposes of it.</summary>
    public required Func<ulong, Task<Result<Graphs.Stores.INodeStore>>> NewStore { get; init; }

    /// <summary>Draws graphs when the file gives no seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>Is told the seeds of drawn graphs.</summary>
    public Action<string> Print { get; init; } = _ => { };

    /// <summary>Is told what each sync received and was sent, and what went over links while time passed.</summary>
    public Action<string> Trace { get; init; } = _ => { };
}

/// <summary>A rule does not hold: ends the scenario.</summary>
internal sealed class RuleDiffersException(string difference) : Exception(difference);
