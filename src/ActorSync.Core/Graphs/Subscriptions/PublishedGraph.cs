using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Graphs.Subscriptions;

/// <summary>
/// What a publisher knows of one subscriber and one graph. Two things are kept apart: what was sent, so that the next
/// push never repeats, and what is acknowledged, durable at the subscriber. When acknowledgements stay out, what was
/// sent falls back to what was acknowledged, and goes out again. What was sent is at every moment what is acknowledged
/// and what the unacknowledged pushes carried.
/// <para>
/// What the subscriber does not let in is as if this graph did not hold it, nor what follows it: the rest goes on.
/// </para>
/// </summary>
internal sealed class PublishedGraph(GraphSnapshot snapshot, uint firstIndex)
{
    private const int NoCommand = -1;

    // Null while all is acknowledged, which is nearly always.
    private List<UnackedPush>? _unackedPushes;
    private readonly KnownHeads _sent = new();
    private CommandId[] _rejected = [];
    private CatchUp _catchUp = CatchUp.None;

    // The last command of the push before the next one, if that is acknowledged: the subscriber remembers it.
    private int _ackedLast = NoCommand;

    // This version as it is at rest; null while the graph is open, or that is what is here.
    private GraphSnapshot? _atRest;

    // Whether all of this version was sent: most graphs at most moments, so that looking is free.
    private bool _isLevel;

    public GraphSnapshot Snapshot { get; private set; } = snapshot;

    public KnownHeads Acked { get; } = new();

    /// <summary>What the subscriber calls this graph of this subscription for short, if it has said so on this link.</summary>
    public uint? Number { get; set; }

    /// <summary>The index of the next push.</summary>
    public uint NextIndex { get; private set; } = firstIndex;

    /// <summary>Whether it is among those that want something: <see cref="Turns"/> keeps it.</summary>
    public bool IsInTurn { get; set; }

    /// <summary>Pushes that were sent and not acknowledged.</summary>
    public int UnackedPushes => _unackedPushes?.Count ?? 0;

    /// <summary>Whether the subscriber holds, and has acknowledged, all of this version.</summary>
    public bool IsSettled => _isLevel && UnackedPushes == 0;

    /// <summary>
    /// How often the subscriber did not let a command in, which each time costs a look at all that follows it. One that
    /// others follow takes their place, but they have been counted.
    /// </summary>
    public int Rejections { get; private set; }

    /// <summary>When what is unacknowledged is sent again; begun anew whenever the oldest of it is acknowledged.</summary>
    public MonotonicTime RetryAt { get; set; } = MonotonicTime.Never;

    /// <summary>How often in a row it was sent again in vain.</summary>
    public int InVain { get; set; }

    /// <summary>Starts from the subscriber's own word, with what was remembered as far as that does not contradict it.</summary>
    /// <returns>For each address of the sample, whether this node holds it.</returns>
    public bool[] Begin(Sample sample, IEnumerable<CommandId> remembered)
    {
        var known = sample.Addresses.Select(Snapshot.Contains).ToArray();
        var told = sample.Addresses.Where((_, i) => known[i]).Select(address => address.Id);
        var exact = sample.AllHeads && known.AsSpan(0, sample.HeadCount).IndexOf(false) < 0;
        var before = exact ? [] : Acked.Ids.Concat(remembered).ToArray();
        Acked.Replace(Snapshot, before);
        Acked.DropAfter(Snapshot, sample.Addresses.Take(sample.HeadCount).Select(head => head.Id));
        Acked.AddAll(Snapshot, told);
        SendAfter(Acked.Ids.Concat((_unackedPushes ?? []).SelectMany(push => push.Heads)).ToArray());
        return known;
    }

    /// <summary>Starts from the subscriber's word that it has the same heads. False when that cannot be said of it.</summary>
    public bool BeginLevel()
    {
        if (!Acked.KnowAll(Snapshot))
            return false;
        _sent.Replace(Acked);
        (_rejected, _unackedPushes, _catchUp, _isLevel) = ([], null, CatchUp.None, true);
        return true;
    }

    /// <summary>Goes on after a time in which nothing was heard of the graph: whoever holds it may be another.</summary>
    public void Reopen(GraphSnapshot snapshot)
    {
        Snapshot = snapshot;
        _rejected = [.. _rejected.Where(snapshot.Contains)];
        _catchUp = CatchUp.None;
        _ackedLast = NoCommand;
        _isLevel = false;
    }

    /// <summary>
    /// Goes on with a newer version; an older one, looked up before a commit and told after it, changes nothing. The same one
    /// is told again when the graph goes to rest, or wakes.
    /// </summary>
    public void MoveTo(GraphSnapshot snapshot)
    {
        if (snapshot.Count > Snapshot.Count)
        {
            (Snapshot, _isLevel, _atRest) = (snapshot, false, null);
        }
        else if (snapshot.Count == Snapshot.Count)
        {
            _atRest = snapshot.IsAtRest ? snapshot : null;
            if (!snapshot.IsAtRest)
                Snapshot = snapshot;
        }
    }

    /// <summary>A graph at rest of which all was sent and acknowledged needs no more here than it keeps itself.</summary>
    public void Rest()
    {
        if (_atRest is null || !IsSettled)
            return;
        (Snapshot, _atRest) = (_atRest, null);
        _catchUp = CatchUp.None;
    }

    /// <summary>What the subscriber lacks and was not sent; done when that is nothing.</summary>
    public CatchUp Next()
    {
        if (_catchUp.IsDone && !_isLevel)
        {
            var catchUp = new CatchUp(Snapshot, Lack.Of(Snapshot, _sent.Heads, _rejected));
            _isLevel = catchUp.IsDone;
            _catchUp = _isLevel ? CatchUp.None : catchUp;
        }
        return _catchUp;
    }

    /// <summary>How the block of the next push is written.</summary>
    public BlockForm NextForm => Number is null ? default : new BlockForm(true, _ackedLast == NoCommand ? null : Snapshot.AddressOf(_ackedLast));

    /// <summary>Notes a push.</summary>
    public void NoteSent(PushBatch batch)
    {
        (_unackedPushes ??= []).Add(new UnackedPush(NextIndex++, batch.Heads, batch.Last));
        _ackedLast = NoCommand;
        _catchUp.Next = batch.Next;
        _isLevel = batch.Next.AtEnd && _catchUp.Version == Snapshot;
        _sent.AddAll(Snapshot, batch.Next.AtEnd ? _catchUp.Heads : batch.Heads);
        if (batch.Next.AtEnd)
            _catchUp = CatchUp.None;
    }

    /// <summary>The subscriber holds these commands durably. True when that was news.</summary>
    public bool PeerHolds(IEnumerable<CommandId> ids)
    {
        var news = NoteHeld(ids);
        return Settle(push => push.Heads.All(IsAcked)) | news;
    }

    /// <summary>
    /// A push is acknowledged. The subscriber stores no command before its priors, so that this says nothing less of
    /// all that comes before the push's commands.
    /// </summary>
    public bool Acknowledge(uint index, IReadOnlyCollection<CommandId> heads)
    {
        if (heads.Count == 0 && _unackedPushes is [var only] && only.Index == index)
            return AcknowledgeOnly(only);
        var at = _unackedPushes?.FindIndex(push => push.Index == index) ?? -1;
        if (at >= 0 && index + 1 == NextIndex)
            _ackedLast = _unackedPushes![at].Last;
        var news = (at >= 0 && Acked.AddAll(Snapshot, _unackedPushes![at].Heads)) | NoteHeld(heads);
        return Settle(push => push.Index == index || push.Heads.All(IsAcked)) | news;
    }

    // The only push under way, which is the rule: what was sent is acknowledged then.
    private bool AcknowledgeOnly(UnackedPush push)
    {
        if (push.Index + 1 == NextIndex)
            _ackedLast = push.Last;
        (RetryAt, InVain, _unackedPushes) = (MonotonicTime.Never, 0, null);
        var news = Acked.AddAll(Snapshot, push.Heads) | Acked.AddAll(Snapshot, _sent);
        _sent.Replace(Acked);
        return news;
    }

    /// <summary>
    /// The subscriber did not let the command in. What was sent with it falls back to what is acknowledged, as it is not
    /// known which of it was kept. False when that is no news.
    /// </summary>
    public bool Reject(CommandId id)
    {
        // Of a graph at rest all is acknowledged; who does not let in what follows says so when that is pushed.
        if (Snapshot.IsAtRest || !Snapshot.Contains(id) || _rejected.Any(rejected => Snapshot.IsAncestor(rejected, id)))
            return false;
        _rejected = [.. _rejected.Where(rejected => !Snapshot.IsAncestor(id, rejected)), id];
        Rejections++;
        Acked.Replace(Snapshot, Acked.Ids.Where(acked => !Snapshot.Contains(acked) || !Snapshot.IsAncestor(id, acked)).ToArray());
        (RetryAt, InVain) = (MonotonicTime.Never, 0);
        FallBack();
        return true;
    }

    /// <summary>Gives up on what is unacknowledged: it counts as not sent.</summary>
    public void FallBack()
    {
        _unackedPushes = null;
        SendAfter([.. Acked.Ids]);
    }

    private void SendAfter(IReadOnlyCollection<CommandId> sent)
    {
        _catchUp = CatchUp.None;
        _isLevel = false;
        _sent.Replace(Snapshot, sent);
    }

    // What the subscriber got elsewhere need not be sent: what is left to send is looked for anew.
    private bool NoteHeld(IEnumerable<CommandId> ids)
    {
        var held = ids.ToArray();
        if (_sent.AddAll(Snapshot, held.Where(id => !_catchUp.HasSent(Snapshot.Find(id)))) && !_catchUp.IsDone)
            _catchUp = CatchUp.None;
        return Acked.AddAll(Snapshot, held);
    }

    private bool Settle(Predicate<UnackedPush> isSettled)
    {
        uint? oldest = _unackedPushes is null ? null : _unackedPushes[0].Index;
        _unackedPushes?.RemoveAll(isSettled);
        if (_unackedPushes is { Count: > 0 } && _unackedPushes[0].Index == oldest)
            return false;
        RetryAt = MonotonicTime.Never;
        InVain = 0;
        if (UnackedPushes > 0 || oldest is null)
            return false;
        _unackedPushes = null;
        var news = Acked.AddAll(Snapshot, _sent.Ids);
        _sent.Replace(Acked);
        return news;
    }

    // What takes too long to see is not acknowledged yet: the acknowledgement of the push itself, or its repetition, says so.
    private bool IsAcked(CommandId id)
    {
        var steps = KnownHeads.MostSteps;
        return Acked.Ids.Any(acked => Snapshot.Contains(acked) && Snapshot.IsAncestor(id, acked, ref steps) == true);
    }

    /// <summary>A push that was sent and not acknowledged: its number, its heads, and the ordinal of its last command.</summary>
    private readonly record struct UnackedPush(uint Index, IReadOnlyCollection<CommandId> Heads, int Last);
}
