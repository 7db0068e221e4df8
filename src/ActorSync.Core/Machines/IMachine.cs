namespace ActorSync.Machines;

/// <summary>
/// The state of one conversation or one replica. It takes one input and the current time, and puts what must happen
/// into an outbox. It reaches no clock, socket, file or random source from inside, so that an actor, a simulator, a
/// scenario and a benchmark can all run the same machine.
/// </summary>
public interface IMachine<in TInput, TOutput>
{
    /// <summary>Takes one input. Outputs are values; the fate of a write comes back as a later input.</summary>
    void Handle(TInput input, MonotonicTime now, IOutbox<TOutput> outbox);
}

/// <summary>Where a machine puts what must happen, in order.</summary>
public interface IOutbox<in TOutput>
{
    void Put(TOutput output);
}

/// <summary>An outbox that keeps the outputs in a list until its interpreter has drained it.</summary>
public sealed class Outbox<TOutput> : IOutbox<TOutput>
{
    private readonly Queue<TOutput> _outputs = new();

    public int Count => _outputs.Count;

    public void Put(TOutput output) => _outputs.Enqueue(output);

    /// <summary>Takes the oldest output, if there is one.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TOutput output) => _outputs.TryDequeue(out output);
}
