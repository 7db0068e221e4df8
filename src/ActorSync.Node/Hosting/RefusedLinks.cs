namespace ActorSync.Node.Hosting;

/// <summary>
/// Tells of links that did not come about, at most once a second: whoever knocks a thousand times must not fill the log.
/// Safe from any thread.
/// </summary>
public sealed class RefusedLinks(NodeLog log, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long? _told;
    private long _untold;

    public void Add(SyncError error)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (_told is { } told && time.GetElapsedTime(told, now) < Quiet)
            {
                _untold++;
                return;
            }
            log.Warning($"no link: {error.Message}{(_untold > 0 ? $" ({_untold} more since the last such line)" : "")}");
            _told = now;
            _untold = 0;
        }
    }
}
