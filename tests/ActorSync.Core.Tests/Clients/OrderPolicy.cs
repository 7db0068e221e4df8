using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Core.Tests.Clients;

/// <summary>A policy whose verdicts, facts and effects all hang on the order of the commands.</summary>
internal sealed class OrderPolicy : IGraphPolicy
{
    public string? Version { get; init; }

    public int Evaluations { get; private set; }

    /// <summary>Fails at the command with this number.</summary>
    public int FailsAt { get; set; } = -1;

    /// <summary>Whether some commands ask for all facts.</summary>
    public bool Queries { get; init; }

    public Verdict Evaluate(Command command, Evaluation facts)
    {
        Evaluations++;
        if (command.Prior.Kind == PriorKind.None)
            return Verdict.Accept;
        var number = BitConverter.ToInt32(command.Payload.Span);
        if (number == FailsAt)
            throw new InvalidOperationException("planned");
        byte[] key = [(byte)(number % 5)];
        var before = facts.TryGet("last", key, out var value) ? BitConverter.ToInt32(value.Span) : 0;
        if (Queries && number % 13 == 0)
            before += facts.Query("last").Sum(fact => fact.Value.Span[0]);
        facts.Set("last", key, BitConverter.GetBytes(number));
        if (number % 7 == 0)
            facts.Delete("last", [(byte)(number % 3)]);
        facts.Emit("was", BitConverter.GetBytes(before));
        return (before + number) % 4 == 1 ? Verdict.Reject("the sum is odd") : Verdict.Accept;
    }
}
