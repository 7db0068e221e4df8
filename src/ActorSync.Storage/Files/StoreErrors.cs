namespace ActorSync.Storage;

/// <summary>What stores report, in one voice: what, where, what to do.</summary>
internal static class StoreErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    private const string Advice = "; bring the file back from a copy, or stop the node and repair the store (actorsync store repair), so that peers send what is missing";

    /// <summary>What to do where the file is lost that says who the node is.</summary>
    public const string NodeAdvice = "bring it back from a copy, or repair the store (actorsync store repair): the node gets a new id, and keeps its graphs and states";

    public static SyncError Damaged(string file, long offset, string why) =>
        new(SyncErrorKind.StoreDamaged, $"{file} is damaged at byte {offset}: {why}{Advice}");

    /// <summary>The damage in words, without what to do.</summary>
    public static string Bare(SyncError damage) => damage.Message.Replace(Advice, "", StringComparison.Ordinal);

    /// <summary>Where a file of a replica is, once that was set aside.</summary>
    public static string? Moved(string? file, string? aside) => file is null || aside is null ? file : Path.Combine(aside, Path.GetFileName(file));

    /// <summary>The damage in words: with what to do, or with what was done once the replica was set aside.</summary>
    public static string? Told(SyncError? damage, string? file, string? aside) => damage is null || file is null || aside is null
        ? damage?.Message
        : damage.Message.Replace(file, Moved(file, aside), StringComparison.Ordinal).Replace(Advice, "; it was set aside, and what could be read of it took its place", StringComparison.Ordinal);

    /// <summary>A graph or a state whose folder was removed.</summary>
    public static SyncError Missing(string folder, string what) =>
        new(SyncErrorKind.StoreDamaged, $"{folder} is missing: {what} was there, and nobody dropped it{Advice.Replace("the file", "the folder", StringComparison.Ordinal)}");

    public static SyncError Failed(string what, string where, Exception failure) => IsDiskFull(failure)
        ? new(SyncErrorKind.StoreFailed, $"{what} {where} failed: the disk is full; make room, then try again")
        : new(SyncErrorKind.StoreFailed, $"{what} {where} failed: {failure.Message.TrimEnd('.')}; check the disk and the permissions of the folder");

    public static bool IsDiskFull(Exception failure) =>
        failure.HResult is NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Deletes a file that is of no use, and may take space that others need; if that fails, it stays.</summary>
    public static void DeleteUseless(IFileSystem files, string path)
    {
        try
        {
            if (files.FileExists(path))
                files.DeleteFile(path);
        }
        catch (Exception failure) when (IsFileFailure(failure))
        {
        }
    }

    /// <summary>Whether the exception is one that a file layer gives when the world fails, not when the code is wrong.</summary>
    public static bool IsFileFailure(Exception failure) => failure is IOException or UnauthorizedAccessException;
}
