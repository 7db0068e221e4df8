using ActorSync.Graphs.Policies;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;

namespace ActorSync.Graphs.Hellos;

/// <summary>What a subscriber knows of one graph that a publisher tells of: what was told, what is here, and the polls between.</summary>
internal sealed class HeardGraph(GraphId graph, IGraphPolicy policy)
{
    private GraphSnapshot? _snapshot;
    private Address? _told;
    private Address? _polledFor;

    // A poll that began after this was told brought all of it, even though this node cannot see that: the publisher has
    // several heads, and this node more than those.
    private Address? _settled;

    public GraphId Graph => graph;

    public HelloTerms Terms { get; set; } = HelloTerms.Default;

    /// <summary>Whether the publisher has answered the request.</summary>
    public bool IsTold { get; set; }

    /// <summary>When to ask the publisher again.</summary>
    public MonotonicTime AskAt { get; set; } = MonotonicTime.Never;

    public MonotonicTime AskedAt { get; set; }

    /// <summary>How often in a row it was asked in vain.</summary>
    public int AsksInVain { get; set; }

    public bool IsPolling { get; private set; }

    /// <summary>Not to be polled before.</summary>
    public MonotonicTime PollAt { get; private set; }

    /// <summary>How often in a row a poll brought nothing.</summary>
    public int PollsInVain { get; private set; }

    /// <summary>Whether something was told that is not here.</summary>
    public bool LacksSomething => _told is { } head && head != _settled && !Offers.IsHere(head, _snapshot, policy);

    /// <summary>Whether the next poll waits for its time.</summary>
    public bool IsPutOff => PollsInVain > 0 || Terms.Patience > TimeSpan.Zero;

    public void NoteTold(Address head, MonotonicTime now)
    {
        if (Terms.Patience == TimeSpan.Zero)
        {
            _told = head;
            return;
        }
        // What comes in its time is as good as polls that bring something.
        var lacked = LacksSomething;
        _told = head;
        if (!LacksSomething)
            (PollsInVain, PollAt) = (0, now);
        else if (!lacked)
            PollAt = MonotonicTime.Max(PollAt, now + Terms.Patience);
    }

    /// <summary>A version that was looked up before a commit may be told after it.</summary>
    public void Keep(GraphSnapshot? snapshot)
    {
        if (snapshot is not null && !(snapshot.Count < _snapshot?.Count))
            _snapshot = snapshot;
    }

    public void BeginPoll() => (IsPolling, _polledFor) = (true, _told);

    /// <summary>A poll that brings nothing puts the next one off; one that brings something was worth it.</summary>
    public void EndPoll(Result<PollOutcome> result, MonotonicTime now, Func<int, TimeSpan> wait)
    {
        IsPolling = false;
        var ended = result.TryGet(out var outcome, out _);
        if (ended && !outcome!.Remaining)
            _settled = _polledFor;
        if (ended && outcome!.Added > 0)
            (PollsInVain, PollAt) = (0, now + Terms.Patience);
        else
            PollAt = now + Terms.Patience + wait(PollsInVain++);
    }

    /// <summary>A new link may lead to a publisher begun anew.</summary>
    public void BeginLink()
    {
        (IsTold, AsksInVain, PollsInVain, PollAt) = (false, 0, 0, MonotonicTime.Zero);
        (_told, _settled) = (null, null);
    }
}
