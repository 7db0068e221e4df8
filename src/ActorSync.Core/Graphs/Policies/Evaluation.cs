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
    private const int SmallPlace = 64;

    private readonly FactLimits _limits;
    private readonly FactValues _values = new();
    private readonly List<FactTouch> _touches = [];
    private readonly List<Emission> _effects = [];
    private Command _command = null!;
    private IFactSource _before = null!;
    private (byte[] Block, int Used) _valuesBefore;
    private FactTree? _now;
    private SyncError? _excess;
    private int _reads;
    private int _writes;
    private long _bytes;

    // The place that is looked for: the name, as it was written last, a zero byte and the key.
    private byte[] _place = new byte[SmallPlace];
    private string? _name;
    private int _nameBytes;

    // Mostly a fact has the name of the one before, and so has an effect.
    private (string? Name, int Bytes) _written;
    private (string? Name, int Bytes) _emitted;

    internal Evaluation(FactLimits limits)
    {
        _limits = limits;
    }

    /// <summary>What it read and wrote, each place once; until the next begins.</summary>
    internal ReadOnlySpan<FactTouch> Touches => CollectionsMarshal.AsSpan(_touches);

    /// <summary>What it emitted; until the next begins.</summary>
    internal ReadOnlySpan<Emission> Effects => CollectionsMarshal.AsSpan(_effects);

    /// <summary>Why it was rejected: then it wrote and emitted nothing.</summary>
    internal SyncError? Rejection { get; private set; }

    /// <summary>The value under a name and a key.</summary>
    public bool TryGet(string name, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        var found = Read(Seek(name, key));
        value = found.Memory;
        return !found.IsNone;
    }

    /// <summary>
    /// The facts of a name whose keys begin so, in the order of their keys, as they are now. A command that asks so is
    /// evaluated again whenever one of those changed before it, and all behind it with it: single facts cost less.
    /// </summary>
    public IEnumerable<Fact> Query(string name, ReadOnlySpan<byte> keyPrefix = default)
    {
        var prefix = FactPlace.Of(name, keyPrefix);
        if (MayNoteRead())
            _touches.Add(new FactTouch(prefix, FactMark.Of(prefix, TouchKind.Query), FactValue.None, FactValue.None));
        _now ??= _touches.Where(touch => touch.IsWrite).Aggregate(_before.Whole(), (facts, touch) => facts.With(touch.Place, touch.After));
        return Facts.Query(_now.Value, prefix);
    }

    /// <summary>Writes a fact, over what was there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Set(string name, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (MayWrite(name, key.Length, value.Length))
            Write(Seek(name, key), _values.Put(value));
    }

    /// <summary>Takes a fact away, if it is there.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Delete(string name, ReadOnlySpan<byte> key)
    {
        if (MayWrite(name, key.Length, 0))
            Write(Seek(name, key), FactValue.None);
    }

    /// <summary>Tells the application.</summary>
    /// <exception cref="ArgumentException">The name is empty or has a zero character.</exception>
    public void Emit(string name, ReadOnlySpan<byte> payload)
    {
        if (Fits(_effects.Count, _limits.EffectsPerCommand, "effects") && FitsName(name, ref _emitted) && Fits(payload.Length - 1, _limits.ValueBytes, "bytes of an effect") && FitsAll(payload.Length))
            _effects.Add(new Emission(_command, name, Kept(payload)));
    }

    internal void Begin(Command command, IFactSource before)
    {
        (_command, _before) = (command, before);
        _valuesBefore = _values.Mark;
        _touches.Clear();
        _effects.Clear();
        (_now, _excess, Rejection) = (null, null, null);
        (_reads, _writes, _bytes) = (0, 0, 0);
    }

    /// <summary>What came of it, after the policy's verdict.</summary>
    internal void Conclude(Verdict verdict)
    {
        Rejection = _excess ?? (verdict.Reason is { } reason ? new SyncError(SyncErrorKind.Rejected, $"the policy rejects the command {_command.Address}: {reason}") : null);
        if (Rejection is null)
            return;
        foreach (ref var touch in CollectionsMarshal.AsSpan(_touches))
            touch = touch.IsWrite ? touch.As(TouchKind.Read) with { After = touch.Before } : touch;
        _effects.Clear();
        _values.GoBack(_valuesBefore);
    }

    /// <summary>What came of it, to be kept.</summary>
    internal Evaluated ToEvaluated() => new([.. _touches], [.. _effects], Rejection);

    /// <summary>Takes what came of a command before for what came of this one.</summary>
    internal void Recall(ReadOnlySpan<FactTouch> touches, ReadOnlySpan<Emission> effects)
    {
        _touches.Clear();
        _touches.AddRange(touches);
        _effects.Clear();
        _effects.AddRange(effects);
        Rejection = null;
    }

    // What an effect says of its command's own payload needs no memory of its own.
    private ReadOnlyMemory<byte> Kept(ReadOnlySpan<byte> payload)
    {
        var own = _command.Payload;
        return own.Span.Overlaps(payload, out var at) && at >= 0 && at + payload.Length <= own.Length ? own.Slice(at, payload.Length) : payload.ToArray();
    }

    private SoughtPlace Seek(string name, ReadOnlySpan<byte> key)
    {
        if (!ReferenceEquals(name, _name))
        {
            _nameBytes = Encoding.UTF8.GetByteCount(name);
            Reserve(_nameBytes + 1);
            Encoding.UTF8.GetBytes(name, _place);
            _place[_nameBytes] = 0;
            _name = name;
        }
        var size = _nameBytes + 1 + key.Length;
        Reserve(size);
        key.CopyTo(_place.AsSpan(_nameBytes + 1));
        var place = _place.AsSpan(0, size);
        return new SoughtPlace(place, FactMark.Of(place, TouchKind.Read));
    }

    private void Reserve(int size)
    {
        if (size > _place.Length)
            Array.Resize(ref _place, Math.Max(size, 2 * _place.Length));
    }

    private FactValue Read(SoughtPlace place)
    {
        if (IndexOf(place) is >= 0 and var at)
            return _touches[at].After;
        var found = _before.Find(ref place);
        NoteRead(place, found);
        return found;
    }

    // Past so many it counts as having read everything, so that what is kept of a command stays small.
    private void NoteRead(SoughtPlace place, FactValue found)
    {
        if (MayNoteRead())
            _touches.Add(new FactTouch(place.Kept, FactMark.Of(place.Mark, TouchKind.Read), found, found));
    }

    private bool MayNoteRead()
    {
        if (++_reads == MostReads + 1)
            _touches.Add(new FactTouch([], FactMark.Of([], TouchKind.Query), FactValue.None, FactValue.None));
        return _reads <= MostReads;
    }

    private void Write(SoughtPlace place, FactValue value)
    {
        _writes++;
        var at = IndexOf(place);
        if (at >= 0)
        {
            ref var touch = ref CollectionsMarshal.AsSpan(_touches)[at];
            touch = touch.As(TouchKind.Write) with { After = value };
            place.Kept = touch.Place;
        }
        else
        {
            var found = _before.Find(ref place);
            _touches.Add(new FactTouch(place.Kept, FactMark.Of(place.Mark, TouchKind.Write), found, value) { Slot = place.Slot });
        }
        _now = _now?.With(place.Kept, value);
    }

    private int IndexOf(in SoughtPlace place)
    {
        var touches = CollectionsMarshal.AsSpan(_touches);
        for (var i = 0; i < touches.Length; i++)
        {
            if (FactMark.AreAlike(touches[i].Mark, place.Mark) && touches[i].Kind != TouchKind.Query && touches[i].Place.AsSpan().SequenceEqual(place.Bytes))
                return i;
        }
        return -1;
    }

    private bool MayWrite(string name, int keyBytes, int valueBytes) =>
        Fits(_writes, _limits.WritesPerCommand, "facts")
        && FitsName(name, ref _written)
        && Fits(keyBytes - 1, _limits.KeyBytes, "bytes of a fact's key")
        && Fits(valueBytes - 1, _limits.ValueBytes, "bytes of a fact's value")
        && FitsAll(keyBytes + valueBytes);

    private bool FitsName(string name, ref (string? Name, int Bytes) last)
    {
        if (!ReferenceEquals(name, last.Name))
            last = (name, BytesOf(name));
        return Fits(last.Bytes - 1, _limits.NameBytes, "bytes of a name") && FitsAll(name.Length);
    }

    private static int BytesOf(string name) => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)
        ? Encoding.UTF8.GetByteCount(name)
        : throw new ArgumentException("a name has at least one character and no zero character", nameof(name));

    private bool FitsAll(int bytes) => Fits((_bytes += bytes) - 1, _limits.BytesPerCommand, "bytes in all");

    // One more beside those.
    private bool Fits(long others, int most, string what)
    {
        if (others >= most)
            _excess ??= new SyncError(SyncErrorKind.LimitExceeded, $"the command {_command.Address} would write or emit {others + 1} {what}, and at most {most} are allowed");
        return _excess is null;
    }
}
