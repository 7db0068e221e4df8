namespace ActorSync.States.Exchange;

/// <summary>
/// How many entries a plain peer is handed at once. It takes all of a request or nothing, so one entry that it refuses
/// would hold up those beside it: of what was refused half is handed next, until that one is alone. Of what a slow peer did
/// not take in time half is handed next, too.
/// </summary>
internal sealed class Narrowing
{
    // A peer that refuses whatever comes is not asked of every single entry.
    private const int RefusedInARow = 16;

    private int _ceiling = int.MaxValue;
    private int _suspects;
    private int _inARow;

    /// <summary>The most that goes at once.</summary>
    public int Most { get; private set; } = int.MaxValue;

    /// <summary>Whether so many single entries were refused one after the other that the peer is to be left alone for now.</summary>
    public bool IsInVain => _inARow >= RefusedInARow;

    /// <summary>Whether an error is about the entries: the peer is there, and does not take them.</summary>
    public static bool IsRefusal(SyncError error) => error.Kind is SyncErrorKind.Rejected or SyncErrorKind.LimitExceeded;

    /// <summary>The peer took so many: what it refuses is among the other half, or gone.</summary>
    public void Took(int entries)
    {
        _inARow = 0;
        _suspects = Math.Max(0, _suspects - entries);
        Most = _suspects > 0 ? Math.Max(1, _suspects / 2) : (int)Math.Min(2L * Most, _ceiling);
    }

    /// <summary>The peer refused so many. True when it was one alone, which is to be set aside.</summary>
    public bool Refused(int entries)
    {
        _suspects = entries > 1 ? entries : 0;
        Most = Math.Max(1, entries / 2);
        if (entries > 1)
            return false;
        _inARow++;
        return true;
    }

    /// <summary>The peer did not take so many in time, or was not there: from now on at most half of them go at once.</summary>
    public void Failed(int entries)
    {
        _ceiling = Math.Max(1, entries / 2);
        Most = Math.Min(Most, _ceiling);
    }

    /// <summary>The peer was left alone for a while.</summary>
    public void Begin() => _inARow = 0;
}
