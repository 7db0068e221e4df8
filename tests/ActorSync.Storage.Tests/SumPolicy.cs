using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Storage.Tests;

/// <summary>A policy whose facts hang on the order of the commands: each adds to what stands under its key, or starts over.</summary>
internal sealed class SumPolicy : IGraphPolicy
{
    public string? Version { get; init; } = "sums 1";

    public FactLimits Limits { get; init; } = FactLimits.Default;

    public int Evaluations { get; private set; }

    public Verdict Evaluate(Command command, Evaluation facts)
    {
        Evaluations++;
        var payload = command.Payload.Span;
        if (command.Prior.Kind == PriorKind.None)
            return Verdict.Accept;
        byte[] key = [(byte)(payload[0] % 7)];
        var sum = facts.TryGet("sum", key, out var before) ? BitConverter.ToInt32(before.Span) : 0;
        if (payload[0] % 11 == 0)
            facts.Delete("sum", key);
        else
            facts.Set("sum", key, BitConverter.GetBytes(sum * 3 + payload[0]));
        return payload[0] % 5 == 0 && sum % 2 == 1 ? Verdict.Reject("odd") : Verdict.Accept;
    }
}
