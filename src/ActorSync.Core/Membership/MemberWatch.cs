using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Membership;

/// <summary>
/// What this node makes of one member's silence.
/// <code>
/// Reachable ──link gone, silence──> Unreachable ──witnesses do not hear it──> Suspected ──for so long──> removed
///     ^───────────heard────────────────┘  ^────one hears it, or no one answers────┘
/// </code>
/// Time is that of this node's monotonic clock. A node that slept finds everyone silent: it asks, and is told otherwise.
/// </summary>
internal sealed class MemberWatch(Member member, MonotonicTime since, MembershipSettings settings)
{
    private readonly Dictionary<NodeId, bool?> _asked = [];
    private MonotonicTime? _suspectedSince;
    private MonotonicTime _askedAt;
    private int _inVain;

    /// <summary>What the state says of it, and what this node makes of it.</summary>
    public Member Member { get; private set; } = member;

    /// <summary>Since when it is known, or without a link.</summary>
    public MonotonicTime Since { get; set; } = since;

    /// <summary>When to look again.</summary>
    public MonotonicTime LookAt { get; private set; } = since;

    /// <summary>The question under way; 0 when there is none.</summary>
    public ulong Token { get; private set; }

    /// <summary>Its silence does not count before that time.</summary>
    public void Expect(MonotonicTime by) => LookAt = by;

    public void Announced(Member announced) => Member = announced with { Reach = Member.Reach };

    /// <summary>It is heard. True when it was not before.</summary>
    public bool OnAlive(MonotonicTime silentAt)
    {
        LookAt = silentAt;
        (Token, _inVain, _suspectedSince) = (0, 0, null);
        return MoveTo(MemberReach.Reachable);
    }

    /// <summary>It is not heard any more. True when it was before.</summary>
    public bool OnSilent(MonotonicTime lookAt)
    {
        if (!MoveTo(MemberReach.Unreachable))
            return false;
        LookAt = lookAt;
        return true;
    }

    /// <summary>These were asked.</summary>
    public void OnAsked(ulong token, IEnumerable<NodeId> witnesses, MonotonicTime now)
    {
        (Token, _askedAt) = (token, now);
        _asked.Clear();
        foreach (var witness in witnesses)
            _asked.Add(witness, null);
        LookAt = now + settings.AnswerWithin;
    }

    /// <summary>A witness answered. True when that was the last that is waited for.</summary>
    public bool OnAnswer(NodeId witness, bool reaches)
    {
        if (!_asked.ContainsKey(witness))
            return false;
        _asked[witness] = reaches;
        return reaches || !_asked.ContainsValue(null);
    }

    /// <summary>The question is over, or there was no one to ask. True when the member is to be removed.</summary>
    /// <param name="needed">Answers that must say that it is not heard.</param>
    /// <param name="now">The time.</param>
    public bool Conclude(int needed, MonotonicTime now)
    {
        var isMissed = Token != 0 && !_asked.ContainsValue(true) && _asked.Values.Count(answer => answer == false) >= needed;
        (Token, _inVain) = (0, isMissed ? 0 : _inVain + 1);
        LookAt = now + Wait();
        if (!isMissed)
        {
            _suspectedSince = null;
            MoveTo(MemberReach.Unreachable);
            return false;
        }
        _suspectedSince ??= now;
        MoveTo(MemberReach.Suspected);
        return _askedAt - _suspectedSince.Value >= settings.RemoveAfter;
    }

    private TimeSpan Wait()
    {
        var wait = settings.ProbeEvery * Math.Pow(2, Math.Min(_inVain, 16));
        return wait < settings.ProbeMost ? wait : settings.ProbeMost;
    }

    private bool MoveTo(MemberReach reach)
    {
        if (Member.Reach == reach)
            return false;
        Member = Member with { Reach = reach };
        return true;
    }
}
