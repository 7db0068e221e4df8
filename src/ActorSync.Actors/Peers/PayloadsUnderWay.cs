namespace ActorSync.Actors;

/// <summary>
/// How many payloads of a peer are being handled: counted by the peer's actor, and down by whoever has handled one, on any
/// thread. A message is needed only while reading waits for that.
/// </summary>
internal sealed class PayloadsUnderWay
{
    private int _count;
    private int _isAwaited;

    /// <summary>One more; true when it is the only one.</summary>
    public bool BeginAlone() => Interlocked.Increment(ref _count) == 1;

    /// <summary>One was handled. True when reading waits for that: the peer's actor is to be told.</summary>
    public bool End()
    {
        int count;
        do
            count = Volatile.Read(ref _count);
        while (count > 0 && Interlocked.CompareExchange(ref _count, count - 1, count) != count);
        return Volatile.Read(ref _isAwaited) == 1 && Interlocked.Exchange(ref _isAwaited, 0) == 1;
    }

    /// <summary>Whether so many are under way: then whoever handles the next is told by <see cref="End"/> to say so.</summary>
    public bool MustWait(int most)
    {
        if (Volatile.Read(ref _count) < most)
            return false;
        // Whoever has not seen this has counted down before, which is seen here.
        Interlocked.Exchange(ref _isAwaited, 1);
        return Volatile.Read(ref _count) >= most;
    }

    /// <summary>Those under way are not waited for any more.</summary>
    public void Forget() => Volatile.Write(ref _count, 0);
}
