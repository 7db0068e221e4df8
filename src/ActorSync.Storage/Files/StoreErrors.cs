namespace ActorSync.Storage;

/// <summary>What stores report, in one voice: what, where, what to do.</summary>
internal static class StoreErrors
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static SyncError Damaged(string file, long offset, string why) =>
        new(SyncErrorKind.StoreDamaged, $"{file} is damaged at byte {offset}: {why}; bring the file back from a copy, or remove the graph and fetch it from a peer");

    public static SyncError Failed(string what, string where, Exception failure) => IsDiskFull(failure)
        ? new(SyncErrorKind.StoreFailed, $"{what} {where} failed: the disk is full; make room, then try again")
        : new(SyncErrorKind.StoreFailed, $"{what} {where} failed: {failure.Message.TrimEnd('.')}; check the disk and the permissions of the folder");

    public static bool IsDiskFull(Exception failure) =>
        failure.HResult is NoSpace or QuotaExceeded or WindowsDiskFull or WindowsHandleDiskFull;

    /// <summary>Whether the exception is one that a file layer gives when the world fails, not when the code is wrong.</summary>
    public static bool IsFileFailure(Exception failure) => failure is IOException or UnauthorizedAccessException;
}
