using ActorSync.Graphs;
using ActorSync.Graphs.Index;

namespace ActorSync.Storage;

/// <summary>
/// Whether an index that was read is that of the log beside it. Ids are not hashed again but for those of the last block:
/// an index is intact by its checksums, and what it covers was flushed before it was written. What is looked at is that
/// the log is the same one, is all there, and holds where the index ends what the index says.
/// </summary>
internal sealed class IndexCheck(LogOptions log, GraphId graph, ICommandIdentity? identity, GraphIndex index, CommandMap map)
{
    /// <param name="salt">The salt of the index's log: that of the graph's.</param>
    public bool Agrees(ulong salt)
    {
        if (map.Newest is not { } last)
            return IsThere(1, RecordFormat.SegmentHeaderSize, salt, isWhole: false);
        if (index.Count != map.Count || index.IdOf(0) != graph.Init)
            return false;
        var (segment, end) = (0u, 0L);
        for (var i = 0; i < map.BlockCount; i++)
        {
            var block = map.BlockAt(i);
            var isNext = block.Segment == segment + 1 && block.Offset == RecordFormat.SegmentHeaderSize;
            if (isNext ? !IsThere(segment, end, salt, isWhole: true) : block.Segment != segment || block.Offset != end)
                return false;
            (segment, end) = (block.Segment, block.End);
        }
        return IsThere(segment, end, salt, isWhole: false) && Holds(last, salt);
    }

    private bool IsThere(uint segment, long length, ulong salt, bool isWhole)
    {
        if (segment == 0)
            return true;
        if (!log.Files.FileExists(log.PathOf(segment)))
            return false;
        using var file = log.Files.Open(log.PathOf(segment), write: false);
        return LogOpening.ReadHeader(file, log.Kind, segment, out var found) is null && found.Salt == salt
            && (isWhole ? file.Length == length : file.Length >= length);
    }

    private bool Holds(Block block, ulong salt)
    {
        var data = new byte[block.Length];
        using (var file = log.Files.Open(log.PathOf(block.Segment), write: false))
        {
            if (file.Read(block.Offset, data) < data.Length || block.FindDamage(data, RecordFormat.Seed(salt, block.Segment)) >= 0)
                return false;
        }
        for (var ordinal = block.First; ordinal < map.Count; ordinal++)
        {
            var offset = map.OffsetOf(block, ordinal);
            if (offset < 0 || offset >= data.Length || !CommandBatch.TryNext(data, ref offset, out var bytes)
                || !Command.Parse(bytes, identity).TryGet(out var command, out _) || command.Address != index.AddressOf(ordinal) || command.Priority != index.PriorityAt(ordinal))
                return false;
        }
        return true;
    }
}
