namespace ActorSync.Graphs.Policies;

/// <summary>
/// What a graph's commands mean to its application. Every peer of a graph runs the same policy with the same limits: what
/// it says must follow from the command and the facts alone, or peers with the same commands hold different facts.
/// </summary>
public interface IGraphPolicy
{
    /// <summary>How the ids of the graph's commands are derived; null for the canonical way.</summary>
    ICommandIdentity? Identity => null;

    /// <summary>
    /// Names the policy and the version of its meaning, like "accounts 3": snapshots of facts of another one, or with other
    /// limits, are not used. Null for a policy whose facts are rebuilt whenever a graph is opened.
    /// </summary>
    string? Version => null;

    /// <summary>What one command may write and emit.</summary>
    FactLimits Limits => FactLimits.Default;

    /// <summary>
    /// Evaluates a command over the facts before it: reads and writes facts, emits effects, and accepts or rejects. A
    /// command is evaluated where it is written or received, over the facts of its prior, and is not kept when that
    /// rejects it; then again whenever other commands take a place before it, where a rejection only leaves its facts and
    /// effects out. An init command is evaluated over no facts; a merge never.
    /// </summary>
    Verdict Evaluate(Command command, Evaluation facts);

    /// <summary>The merge of two independent commands: the same on every peer.</summary>
    Command Merge(Address one, Address other) => Command.Merge(one, other, Identity);
}
