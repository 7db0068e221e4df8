namespace ActorSync.Transport.Streams;

/// <summary>
/// Signs of life: asks for a keep-alive when this end has been quiet for an interval, and says so when the other end has
/// been silent for too long. Silence counts only while a read waits on the stream: a node that does not read hears
/// nothing, and that is not the peer's fault. One timer, set to whichever of the two comes first.
/// </summary>
internal sealed class LinkPulse : IDisposable
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _deadAfter;
    private readonly ITimer _timer;
    private Action? _quiet;
    private Action? _silent;
    private long _sentAt;
    private long _listeningSince;

    public LinkPulse(TimeProvider time, TimeSpan interval, TimeSpan deadAfter)
    {
        _time = time;
        _interval = interval;
        _deadAfter = deadAfter;
        _sentAt = time.GetTimestamp();
        _timer = time.CreateTimer(static pulse => ((LinkPulse)pulse!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Starts the timer.</summary>
    /// <param name="quiet">Called each time this end has sent nothing for an interval.</param>
    /// <param name="silent">Called once, when the other end is given up.</param>
    public void Start(Action quiet, Action silent)
    {
        _quiet = quiet;
        _silent = silent;
        _timer.Change(_interval, Timeout.InfiniteTimeSpan);
    }

    public void Sent() => Volatile.Write(ref _sentAt, _time.GetTimestamp());

    /// <summary>A read begins to wait for the other end: its silence counts from here.</summary>
    public void ReadBegins() => Volatile.Write(ref _listeningSince, Math.Max(1, _time.GetTimestamp()));

    /// <summary>The read has ended.</summary>
    public void ReadEnds() => Volatile.Write(ref _listeningSince, 0);

    /// <summary>How long the present read has waited for the other end; zero between reads.</summary>
    public TimeSpan SilentFor => Volatile.Read(ref _listeningSince) is not 0 and var since ? _time.GetElapsedTime(since) : TimeSpan.Zero;

    public void Dispose() => _timer.Dispose();

    private void Tick()
    {
        var silence = SilentFor;
        if (silence >= _deadAfter)
        {
            _silent!();
            return;
        }
        if (_time.GetElapsedTime(Volatile.Read(ref _sentAt)) >= _interval)
        {
            Sent();
            _quiet!();
        }
        var untilQuiet = _interval - _time.GetElapsedTime(Volatile.Read(ref _sentAt));
        var next = silence == TimeSpan.Zero || untilQuiet < _deadAfter - silence ? untilQuiet : _deadAfter - silence;
        _timer.Change(next > TimeSpan.Zero ? next : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }
}
