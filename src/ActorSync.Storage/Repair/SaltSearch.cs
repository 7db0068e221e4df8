using System.Buffers.Binary;

namespace ActorSync.Storage;

/// <summary>
/// Finds the salt of a log's file whose header may be damaged: without it no record can be told from noise. A salt is
/// believed that an intact header of the file says, or else once a record of the file holds with it.
/// </summary>
internal sealed class SaltSearch(LogOptions log)
{
    private const int SaltOffset = 16;

    // Each salt that is tried reads no more than this, so that a file of noise costs little.
    private const int MostBytes = 64 << 10;

    /// <summary>The salt; null when no record holds with any that it might be.</summary>
    public ulong? Find(IFile file, uint segment)
    {
        if (LogOpening.ReadHeader(file, log.Kind, segment, out var header) is null)
            return header.Salt;
        foreach (var salt in Candidates(file))
        {
            if (Holds(file, segment, salt))
                return salt;
        }
        return null;
    }

    // What stands there, since the damage may be beside it; that of the log's other files and of the index; one bit off.
    private IEnumerable<ulong> Candidates(IFile file)
    {
        var bytes = new byte[sizeof(ulong)];
        ulong? there = file.Read(SaltOffset, bytes) == bytes.Length ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : null;
        if (there is { } asItStands)
            yield return asItStands;
        foreach (var salt in Salts(log).Concat(Salts(log with { Kind = LogKind.Index, Extension = IndexLog.Extension })))
            yield return salt;
        for (var bit = 0; there is not null && bit < 64; bit++)
            yield return there.Value ^ 1ul << bit;
    }

    private static List<ulong> Salts(LogOptions log)
    {
        var salts = new List<ulong>();
        foreach (var segment in LogOpening.Segments(log))
        {
            using var file = log.Files.Open(log.PathOf(segment), write: false);
            if (LogOpening.ReadHeader(file, log.Kind, segment, out var header) is null && !salts.Contains(header.Salt))
                salts.Add(header.Salt);
        }
        return salts;
    }

    // The first record is where the header ends; should that be damaged too, the next one that is intact will do.
    private static bool Holds(IFile file, uint segment, ulong salt)
    {
        var scan = new SegmentScan(file, RecordFormat.Seed(salt, segment), RecordFormat.SegmentHeaderSize, file.Length);
        return scan.TryNext(out _, out _) || new SegmentScan(file, RecordFormat.Seed(salt, segment), RecordFormat.SegmentHeaderSize, Math.Min(file.Length, MostBytes)).TrySkip();
    }
}
