namespace ActorSync.Storage;

/// <summary>A record on its way into the log.</summary>
/// <param name="type">What the body is.</param>
/// <param name="bytes">Room for the head, and the body behind it. Owned by the log from now on, and never changed once written.</param>
/// <param name="items">How many of what the owner counts are in it.</param>
/// <param name="replacesAll">Whether it stands in place of all records before it.</param>
internal sealed class PendingRecord(byte type, byte[] bytes, int items, bool replacesAll)
{
    public byte Type => type;

    public byte[] Bytes => bytes;

    public int Items => items;

    public bool ReplacesAll => replacesAll;

    /// <summary>How it ends, for whoever waits: made by the first who asks, which is before it is queued, if it is.</summary>
    public TaskCompletionSource<SyncError?> Done => field ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
}
