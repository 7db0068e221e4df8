namespace ActorSync.Graphs.Policies;

/// <summary>Evaluates commands with a graph's policy, and turns a policy's exceptions into errors.</summary>
internal static class Evaluator
{
    public static Result<Evaluated> Evaluate(IGraphPolicy policy, Command command, FactTree before) => Evaluate(policy, command, new TreeFacts(before));

    public static Result<Evaluated> Evaluate(IGraphPolicy policy, Command command, IFactSource before)
    {
        if (command.Prior.Kind == PriorKind.Merge)
            return Evaluated.Nothing;
        var evaluation = new Evaluation(command.Address, before, policy.Limits);
        try
        {
            return evaluation.Conclude(policy.Evaluate(command, evaluation));
        }
        catch (Exception exception)
        {
            return new SyncError(
                SyncErrorKind.PolicyFailed,
                $"the policy {policy.GetType().Name} failed at the command {command.Address}, which is not applied: {exception.GetType().Name}: {exception.Message}");
        }
    }
}
