namespace ActorSync.Graphs.Policies;

/// <summary>
/// Evaluates commands with a graph's policy, one after the other, and turns a policy's exceptions into errors. What came
/// of the latest is in <see cref="Last"/> until the next.
/// </summary>
internal sealed class Evaluator(IGraphPolicy policy)
{
    public Evaluation Last { get; } = new(policy.Limits);

    /// <summary>Evaluates one command alone.</summary>
    public static Result<Evaluated> Evaluate(IGraphPolicy policy, Command command, FactTree before)
    {
        var evaluator = new Evaluator(policy);
        return evaluator.Evaluate(command, new TreeFacts(before)) is { } error ? error : evaluator.Last.ToEvaluated();
    }

    /// <summary>Evaluates a command; of a merge comes nothing. The error is a policy's that failed.</summary>
    public SyncError? Evaluate(Command command, IFactSource before)
    {
        Last.Begin(command, before);
        if (command.PriorKind == PriorKind.Merge)
            return null;
        try
        {
            Last.Conclude(policy.Evaluate(command, Last));
            return null;
        }
        catch (Exception exception)
        {
            return new SyncError(
                SyncErrorKind.PolicyFailed,
                $"the policy {policy.GetType().Name} failed at the command {command.Address}, which is not applied: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
