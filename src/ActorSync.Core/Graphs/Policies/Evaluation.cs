using System.Runtime.InteropServices;
using System.Text;

namespace ActorSync.Graphs.Policies;

/// <summary>
/// The evaluation of one command: the facts before it, and what it writes and emits. What it wrote it reads back. What
/// exceeds a limit is not written, and the command is rejected whatever the policy says then.
/// </summary>
public sealed class Evaluation
{
    private const int MostReads = 1024;

    private readonly Address _command;
    private readonly IFactSource _before;
    private readonly FactLimits _limits;
    private readonly List<FactTouch> _touches = [];
    private readonly List<Effect> _effects = [];
    private FactTree? _now;
    private SyncError? _excess;
    private int _reads;
    private int _writes;
    private long _bytes;

    internal Evaluation(Address command, IFactSource before, FactLimits limits)
    {
        _command = command;
        _before = before;
        _limits = limits;
    }

    /// <summary>The value under a name and a key.</summary>
    public bool TryGet(string name, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        var found = Read(FactPlace.Of(name, key));
        value = found;
        return found is not null;
    }

    /// <summary>
    /// The facts of a name whose keys begin so, in the order of their keys, as they are now. A command that asks so is
    /// evaluated again whenever one of those changed before it, and all behind it with it: single facts cost less.
    /// </summary>
    public IEnumerable<Fact> Query(string name, ReadOnlySpan<byte> keyPrefix = default)
    {
        var prefix = FactPlace.Of(name, keyPrefix);
        NoteRead(prefix, TouchKind.Query, null);
        _now ??= _touches.Where(touch => touch.IsWrite).Aggregate(_before.Whole(), (facts, touch) => facts.With(touch.Place, touch.After));
        return Facts.Query(_now.Value, prefix);
    }

    /// <summary>Writes a fact, over what was there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Set(string name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (MayWrite(name, key.Length, value.Length))
            Write(FactPlace.Of(name, key), value.ToArray());
    }

    /// <summary>Takes a fact away, if it is there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Delete(string name, ReadOnlySpan<byte> key)
    {
        if (MayWrite(name, key.Length, 0))
            Write(FactPlace.Of(name, key), null);
    }

    /// <summary>Tells the application.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Emit(string name, ReadOnlySpan<byte> payload)
    {
        if (Fits(_effects.Count, _limits.EffectsPerCommand, "effects") && FitsName(name) && Fits(payload.Length - 1, _limits.ValueBytes, "bytes of an effect") && FitsAll(payload.Length))
            _effects.Add(new Effect(_command, name, payload.ToArray()));
    }

    /// <summary>What came of it, after the policy's verdict.</summary>
    internal Evaluated Conclude(Verdict verdict)
    {
        var rejection = _excess ?? (verdict.Reason is { } reason ? new SyncError(SyncErrorKind.Rejected, $"the policy rejects the command {_command}: {reason}") : null);
        return rejection is null
            ? new Evaluated(_touches, _effects, null)
            : new Evaluated([.. _touches.Select(touch => touch.IsWrite ? touch.As(TouchKind.Read) with { After = touch.Before } : touch)], [], rejection);
    }

    private byte[]? Read(byte[] place)
    {
        if (IndexOf(place) is >= 0 and var at)
            return _touches[at].After;
        var found = _before.Find(ref place);
        NoteRead(place, TouchKind.Read, found);
        return found;
    }

    // Past so many it counts as having read everything, so that what is kept of a command stays small.
    private void NoteRead(byte[] place, TouchKind kind, byte[]? found)
    {
        if (++_reads <= MostReads)
            _touches.Add(new FactTouch(place, FactMark.Of(place, kind), found, found));
        else if (_reads == MostReads + 1)
            _touches.Add(new FactTouch([], FactMark.Of([], TouchKind.Query), null, null));
    }

    private void Write(byte[] place, byte[]? value)
    {
        _writes++;
        var at = IndexOf(place);
        if (at < 0)
        {
            var found = _before.Find(ref place);
            at = _touches.Count;
            _touches.Add(new FactTouch(place, FactMark.Of(place, TouchKind.Write), found, found));
        }
        var touch = _touches[at];
        _touches[at] = touch.As(TouchKind.Write) with { After = value };
        _now = _now?.With(touch.Place, value);
    }

    private int IndexOf(byte[] place)
    {
        if (_touches.Count == 0)
            return -1;
        var mark = FactMark.Of(place, TouchKind.Read);
        var touches = CollectionsMarshal.AsSpan(_touches);
        for (var i = 0; i < touches.Length; i++)
        {
            if (FactMark.AreAlike(touches[i].Mark, mark) && touches[i].Kind != TouchKind.Query && touches[i].Place.AsSpan().SequenceEqual(place))
                return i;
        }
        return -1;
    }

    private bool MayWrite(string name, int keyBytes, int valueBytes) =>
        Fits(_writes, _limits.WritesPerCommand, "facts")
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
