using System.Text;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// The evaluation of one command: the facts before it, and what it writes and emits. What it wrote it reads back. What
/// exceeds a limit is not written, and the command is rejected whatever the policy says then.
/// </summary>
public sealed class Evaluation
{
    private readonly Address _command;
    private readonly FactLimits _limits;
    private readonly List<FactUndo> _undo = [];
    private readonly List<Effect> _effects = [];
    private FactTree _facts;
    private SyncError? _excess;
    private long _bytes;

    internal Evaluation(Address command, FactTree facts, FactLimits limits)
    {
        _command = command;
        _facts = facts;
        _limits = limits;
    }

    /// <summary>The value under a name and a key.</summary>
    public bool TryGet(string name, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        var found = _facts.Find(FactPlace.Of(name, key));
        value = found;
        return found is not null;
    }

    /// <summary>The facts of a name whose keys begin so, in the order of their keys, as they are now.</summary>
    public IEnumerable<Fact> Query(string name, ReadOnlySpan<byte> keyPrefix = default) => Facts.Query(_facts, FactPlace.Of(name, keyPrefix));

    /// <summary>Writes a fact, over what was there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Set(string name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (!MayWrite(name, key.Length, value.Length))
            return;
        var place = FactPlace.Of(name, key);
        _undo.Add(new FactUndo(place, _facts.Find(place)));
        _facts = _facts.Set(place, value.ToArray());
    }

    /// <summary>Takes a fact away, if it is there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Delete(string name, ReadOnlySpan<byte> key)
    {
        if (!MayWrite(name, key.Length, 0))
            return;
        var place = FactPlace.Of(name, key);
        if (_facts.Find(place) is not { } before)
            return;
        _undo.Add(new FactUndo(place, before));
        _facts = _facts.Remove(place);
    }

    /// <summary>Tells the application.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Emit(string name, ReadOnlySpan<byte> payload)
    {
        if (Fits(_effects.Count, _limits.EffectsPerCommand, "effects") && FitsName(name) && Fits(payload.Length - 1, _limits.ValueBytes, "bytes of an effect") && FitsAll(payload.Length))
            _effects.Add(new Effect(_command, name, payload.ToArray()));
    }

    /// <summary>What came of it, after the policy's verdict.</summary>
    internal Evaluated Conclude(Verdict verdict, FactTree before)
    {
        var rejection = _excess ?? (verdict.Reason is { } reason ? new SyncError(SyncErrorKind.Rejected, $"the policy rejects the command {_command}: {reason}") : null);
        return rejection is null ? new Evaluated(_facts, _undo, _effects, null) : Evaluated.Nothing(before, rejection);
    }

    private bool MayWrite(string name, int keyBytes, int valueBytes) =>
        Fits(_undo.Count, _limits.WritesPerCommand, "facts")
        && FitsName(name)
        && Fits(keyBytes - 1, _limits.KeyBytes, "bytes of a fact's key")
        && Fits(valueBytes - 1, _limits.ValueBytes, "bytes of a fact's value")
        && FitsAll(keyBytes + valueBytes);

    private bool FitsName(string name)
    {
        if (name.Length == 0 || name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException("a name has at least one character and no zero character", nameof(name));
        return Fits(Encoding.UTF8.GetByteCount(name) - 1, _limits.NameBytes, "bytes of a name") && FitsAll(name.Length);
    }

    private bool FitsAll(int bytes) => Fits((_bytes += bytes) - 1, _limits.BytesPerCommand, "bytes in all");

    // One more beside those.
    private bool Fits(long others, int most, string what)
    {
        if (others >= most)
            _excess ??= new SyncError(SyncErrorKind.LimitExceeded, $"the command {_command} would write or emit {others + 1} {what}, and at most {most} are allowed");
        return _excess is null;
    }
}
