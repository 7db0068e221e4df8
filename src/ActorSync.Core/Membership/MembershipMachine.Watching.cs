using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Membership;

// Who is heard, and who is asked for at others.
public sealed partial class MembershipMachine
{
    private void OnLinked(NodeId node, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        _heard[node] = now;
        _announcement.Hasten(now + _settings.JoinWithin);
        if (_others.TryGetValue(node, out var member))
            Alive(member, now, outbox);
    }

    private void OnUnlinked(NodeId node, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (!_others.TryGetValue(node, out var member))
            return;
        member.Since = now;
        Silent(member, now, outbox);
    }

    private void OnMessage(NodeId from, SyncMessage message, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        switch (message)
        {
            case MemberProbe probe:
                outbox.Put(new MembershipOutput.Send(from, SyncCodec.Encode(new MemberProbed(probe.Token, probe.Node == _self || IsHeard(probe.Node, now)))));
                break;
            case MemberProbed probed when probed.Token != 0 && _others.Values.FirstOrDefault(other => other.Token == probed.Token) is { } asked:
                if (asked.OnAnswer(from, probed.Reaches))
                    Conclude(asked, now, outbox);
                break;
        }
    }

    private bool IsHeard(NodeId node, MonotonicTime now) => _heard.TryGetValue(node, out var at) && now - at <= _settings.AliveWithin;

    private void Look(MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (_announcement.IsLeaving)
            return;
        foreach (var member in _others.Values)
        {
            if (IsHeard(member.Member.Node, now))
                Alive(member, now, outbox);
            else if (now >= member.LookAt)
                LookFor(member, now, outbox);
        }
    }

    private void Alive(MemberWatch member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        // Silent from the first tick after the time: at the time itself it is alive still.
        if (member.OnAlive(MonotonicTime.Max(now, _heard[member.Member.Node] + _settings.AliveWithin) + TimeSpan.FromTicks(1)))
            Reached(member, outbox);
    }

    private void Silent(MemberWatch member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        if (member.OnSilent(now))
            Reached(member, outbox);
    }

    private void LookFor(MemberWatch member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        Silent(member, now, outbox);
        if (member.Token != 0)
            Conclude(member, now, outbox);
        else
            Ask(member, now, outbox);
    }

    private void Ask(MemberWatch member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        var witnesses = Witnesses(member.Member.Node);
        if (witnesses.Length == 0)
        {
            Conclude(member, now, outbox);
            return;
        }
        _random.Shuffle(witnesses);
        var token = (ulong)_random.NextInt64(1, long.MaxValue);
        var asked = witnesses.Take(_settings.Witnesses).ToArray();
        member.OnAsked(token, asked, now);
        foreach (var witness in asked)
            outbox.Put(new MembershipOutput.Send(witness, SyncCodec.Encode(new MemberProbe(token, member.Member.Node))));
    }

    private NodeId[] Witnesses(NodeId about) =>
        [.. _others.Values.Where(other => other.Member.Reach == MemberReach.Reachable && other.Member.Node != about).Select(other => other.Member.Node)];

    private void Conclude(MemberWatch member, MonotonicTime now, IOutbox<MembershipOutput> outbox)
    {
        var before = member.Member.Reach;
        var needed = Math.Clamp(Witnesses(member.Member.Node).Length, 1, _settings.WitnessesLeast);
        if (member.Conclude(needed, now))
            Delete(member.Member.Node, outbox);
        if (member.Member.Reach != before)
            Reached(member, outbox);
    }

    private void Reached(MemberWatch member, IOutbox<MembershipOutput> outbox)
    {
        _isChanged = true;
        outbox.Put(new MembershipOutput.Event(MemberEventKind.Reach, member.Member));
    }
}
