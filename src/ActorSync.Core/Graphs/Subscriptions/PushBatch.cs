using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>How the block of a push is written.</summary>
/// <param name="IsShort">Whether it is a short block.</param>
/// <param name="Follows">The last command of the push before, when the subscriber is known to have that.</param>
internal readonly record struct BlockForm(bool IsShort, Address? Follows);

/// <summary>The commands of one push, whoever it goes to.</summary>
/// <param name="Form">How the block is written.</param>
/// <param name="Commands">The block.</param>
/// <param name="Count">Commands in it.</param>
/// <param name="Heads">Those of its commands that none of its other commands follows.</param>
/// <param name="Last">The ordinal of the last command.</param>
/// <param name="Next">The place after its commands.</param>
internal sealed record PushBatch(BlockForm Form, CommandBlock Commands, int Count, IReadOnlyCollection<CommandId> Heads, int Last, RangeCursor Next)
{
    // A writer and its buffer are needed for no longer than a call takes: a thread has one for all subscriptions.
    [ThreadStatic]
    private static CommandBlockWriter? _writer;

    /// <summary>As many commands from that place on as fit; null when not one does.</summary>
    public static PushBatch? Of(GraphSnapshot version, RangeCursor cursor, BlockForm form, int room, int fill, WireLimits limits)
    {
        var writer = WriterFor(limits);
        writer.Reset(room, form.IsShort, form.Follows);
        var heads = new BatchHeads();
        var last = -1;
        while (!cursor.AtEnd && writer.Size < fill)
        {
            var command = version.Read(cursor.Ordinal);
            if (!writer.TryAdd(command))
                break;
            heads.Add(command);
            last = cursor.Ordinal;
            cursor.MoveNext();
        }
        return writer.Count == 0 ? null : new PushBatch(form, writer.ToBlock(), writer.Count, heads.Ids, last, cursor);
    }

    private static CommandBlockWriter WriterFor(WireLimits limits)
    {
        if (_writer is null || !ReferenceEquals(_writer.Limits, limits))
            _writer = new CommandBlockWriter(limits, 0);
        return _writer;
    }
}
