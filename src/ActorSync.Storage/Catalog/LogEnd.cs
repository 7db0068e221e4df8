namespace ActorSync.Storage;

/// <summary>Where a log ended when that was known to be on the disk.</summary>
/// <param name="Salt">Which log.</param>
/// <param name="Segment">Its newest file; 0 for nothing known.</param>
/// <param name="Length">Bytes of that file, but for the closing mark.</param>
internal readonly record struct LogEnd(ulong Salt, uint Segment, long Length)
{
    public LogEnd(LogFound found)
        : this(found.Salt, found.End.Segment, found.End.Length)
    {
    }

    public (uint Segment, long Length) Place => (Segment, Length);

    /// <summary>Whether the same log ends earlier there: what was behind is lost. Of another log nothing can be said.</summary>
    public bool IsLostBy(LogFound found) => Segment > 0 && found.Salt == Salt && found.End.CompareTo(Place) < 0;
}
