using ActorSync.Graphs.Index;
using ActorSync.Wire;

namespace ActorSync.Graphs.Polls;

/// <summary>
/// The answer to a poll in parts, each made when it is wanted. A part that was made can be made again to the byte.
/// </summary>
internal sealed class AnswerParts(SessionId session, GraphSnapshot snapshot, int maxPayloadBytes, PollSettings settings, WireLimits limits)
{
    private readonly List<(RangeCursor Start, int Count, long Left)> _parts = [];
    private readonly CommandBlockWriter _writer = new(limits, 0);
    private RangeCursor _cursor;
    private long _left;
    private long _bytesLeft;

    /// <summary>Parts made so far.</summary>
    public int Made => _parts.Count;

    /// <summary>Whether there is nothing more to make.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Whether the byte limit ended the answer before all was sent.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Why no progress is possible: a single command over the limits.</summary>
    public SyncError? TooLarge { get; private set; }

    /// <summary>Begins the answer.</summary>
    /// <param name="missing">What to send.</param>
    /// <param name="maxBytes">The most bytes of all payloads; 0 for no limit.</param>
    public void Begin(IReadOnlyList<OrdinalRange> missing, ulong maxBytes)
    {
        _cursor = new RangeCursor(missing);
        _left = missing.Sum(range => (long)range.Count);
        _bytesLeft = maxBytes == 0 ? long.MaxValue : (long)Math.Min(maxBytes, long.MaxValue);
        IsComplete = _cursor.AtEnd;
    }

    /// <summary>Of what is left to make only these are wanted.</summary>
    public void Narrow(IReadOnlyList<OrdinalRange> wanted)
    {
        if (_cursor.AtEnd)
            return;
        var from = _cursor.Ordinal;
        OrdinalRange[] left = [.. wanted.Where(range => range.Last >= from).Select(range => new OrdinalRange(Math.Max(from, range.First), range.Last))];
        _cursor = new RangeCursor(left);
        _left = left.Sum(range => (long)range.Count);
        IsComplete = _cursor.AtEnd;
    }

    /// <summary>Makes the next part; false when that showed that there is none, or that it is too large.</summary>
    public bool TryMakeNext(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        var start = _cursor;
        var overhead = SyncCodec.PollResponseOverhead(Made, _left);
        var most = (int)Math.Min(maxPayloadBytes, _bytesLeft) - overhead;
        _writer.Reset(most);
        var first = snapshot.Read(_cursor.Ordinal);
        if (!_writer.TryAdd(first))
        {
            NothingFits(first);
            return false;
        }
        _cursor.MoveNext();
        while (!_cursor.AtEnd && _writer.Size < settings.ResponseBytes && _writer.TryAdd(snapshot.Read(_cursor.Ordinal)))
            _cursor.MoveNext();
        _left -= _writer.Count;
        IsComplete = _cursor.AtEnd;
        _parts.Add((start, _writer.Count, _left));
        payload = SyncCodec.Encode(new PollResponse(session, Made - 1, _left, _writer.ToBlock()));
        _bytesLeft -= payload.Length;
        return true;
    }

    /// <summary>Makes a part again.</summary>
    public ReadOnlyMemory<byte> Again(int index)
    {
        var (cursor, count, left) = _parts[index];
        _writer.Reset(int.MaxValue);
        for (var i = 0; i < count; i++, cursor.MoveNext())
            _writer.TryAdd(snapshot.Read(cursor.Ordinal));
        return SyncCodec.Encode(new PollResponse(session, index, left, _writer.ToBlock()));
    }

    private void NothingFits(Command command)
    {
        if (Made > 0 && _bytesLeft < maxPayloadBytes)
        {
            IsComplete = WasCut = true;
            return;
        }
        TooLarge = new SyncError(
            SyncErrorKind.CommandTooLarge,
            $"the command {command.Address} has a payload of {command.Payload.Length} bytes: it fits neither the limit of the poll nor a message; raise max bytes over that");
    }
}
