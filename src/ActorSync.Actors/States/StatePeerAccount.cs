using ActorSync.Machines;
using ActorSync.States;
using ActorSync.States.Exchange;
using ActorSync.Wire;

namespace ActorSync.Actors;

/// <summary>The account of one peer.</summary>
internal sealed class StatePeerAccount
{
    private readonly Dictionary<StateExchange, long> _failing = [];

    /// <summary>The version that it had when it was last heard of; null before.</summary>
    public StateVersion? Told { get; private set; }

    /// <summary>When it was last known to have the version that was here.</summary>
    public MonotonicTime? LevelAt { get; set; }

    public long PushesSent { get; set; }

    public long PushesReceived { get; private set; }

    public long PullsMade { get; private set; }

    public long LevelPulls { get; private set; }

    public long PullsAnswered { get; private set; }

    public long Failures { get; private set; }

    public long BytesReceived { get; private set; }

    public long BytesSent { get; private set; }

    /// <summary>What the last failure was, also when the peer works again: an error that comes and goes is one.</summary>
    public string? LastError { get; private set; }

    /// <summary>When that was.</summary>
    public MonotonicTime? LastErrorAt { get; private set; }

    /// <summary>Whether the last push, or the last pull, failed.</summary>
    public bool IsFailing => _failing.Count > 0;

    /// <summary>It took what it was handed, and said which version it has; null when it did not.</summary>
    /// <returns>How many pushes had failed before, one after the other.</returns>
    public long Tells(StateVersion? version)
    {
        Told = version ?? Told;
        return Worked(StateExchange.Push);
    }

    /// <summary>A message of it.</summary>
    public void Received(StateMessage message, int bytes)
    {
        BytesReceived += bytes;
        switch (message)
        {
            case StatePull pull when pull.Range == StateRange.All:
                PullsAnswered++;
                Told = new StateVersion(pull.Digest);
                break;
            case StatePush push:
                PushesReceived++;
                Told = push.Version;
                break;
            case StatePushed pushed:
                Tells(pushed.Version);
                break;
        }
    }

    /// <summary>A payload to it.</summary>
    public void Sent(ReadOnlyMemory<byte> payload)
    {
        BytesSent += payload.Length;
        if (SyncCodec.PeekType(payload.Span).TryGet(out var type, out _) && type == SyncType.StatePush)
            PushesSent++;
    }

    /// <summary>A pull of it ended well: both hold the same now, but for what it refuses.</summary>
    /// <returns>How many pulls had failed before, one after the other.</returns>
    public long Pulled(PullReport report, StateVersion version)
    {
        PullsMade++;
        LevelPulls += report.WasLevel ? 1 : 0;
        Told = report.Level ?? (report.Refused == 0 ? version : Told);
        return Worked(StateExchange.Pull);
    }

    /// <summary>Something failed.</summary>
    /// <returns>True when it is the first time since that worked, or ever.</returns>
    public bool Failed(StateExchange of, SyncError error, MonotonicTime now)
    {
        Noted(error, now);
        if (of == StateExchange.Entries)
            return false;
        var before = _failing.GetValueOrDefault(of);
        _failing[of] = before + 1;
        return before == 0;
    }

    /// <summary>It refuses an entry, and takes others.</summary>
    public void Refused(SyncError error, MonotonicTime now) => Noted(error, now);

    /// <summary>Adds the figures of another.</summary>
    public void Add(StatePeerAccount other)
    {
        PushesSent += other.PushesSent;
        PushesReceived += other.PushesReceived;
        PullsMade += other.PullsMade;
        LevelPulls += other.LevelPulls;
        PullsAnswered += other.PullsAnswered;
        Failures += other.Failures;
        BytesReceived += other.BytesReceived;
        BytesSent += other.BytesSent;
    }

    private void Noted(SyncError error, MonotonicTime now)
    {
        Failures++;
        LastError = error.Message;
        LastErrorAt = now;
    }

    private long Worked(StateExchange of) => _failing.Remove(of, out var failures) ? failures : 0;
}
