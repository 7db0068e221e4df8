using ActorSync.Machines;
using ActorSync.Peers;
using ActorSync.Wire;

namespace ActorSync.Placement;

/// <summary>
/// The actions that other members have forwarded here: each is carried out once, however often it comes, and none is
/// forwarded again. What a member may have under way, and how many of its results are remembered, is bounded.
/// </summary>
public sealed class ForwardedActions(HoldingSettings settings)
{
    private readonly Dictionary<NodeId, Member> _members = [];

    /// <summary>An action has come.</summary>
    /// <param name="from">The member that forwarded it.</param>
    /// <param name="action">The action.</param>
    /// <param name="serves">Whether this node serves the graph now.</param>
    /// <param name="answer">What to answer at once; null when there is nothing to answer yet.</param>
    /// <returns>Whether to carry it out now; its result is to come by <see cref="End"/>.</returns>
    public bool Begin(NodeId from, ForwardAction action, bool serves, out ForwardResult? answer)
    {
        if (!_members.TryGetValue(from, out var member))
            _members.Add(from, member = new Member(settings.ResultsMost));
        if (member.Results.TryGet(action.Token, out answer) || member.Underway.Contains(action.Token))
            return false;
        answer = !serves
            ? Refusal(action, SyncErrorKind.NotHolder, $"this member does not serve the graph {action.Graph.ToShortString()}")
            : member.Underway.Count >= settings.ForwardedMost
                ? Refusal(action, SyncErrorKind.Busy, $"{member.Underway.Count} forwarded actions are under way; try again later")
                : null;
        return answer is null && member.Underway.Add(action.Token);
    }

    /// <summary>An action has been carried out, or refused by the graph: remembers that. The result is to be sent.</summary>
    public void End(NodeId from, ForwardResult result)
    {
        if (_members.TryGetValue(from, out var member) && member.Underway.Remove(result.Token))
            member.Results.TryAdd(result.Token, result);
    }

    /// <summary>It is no member any more: nothing that it sent comes again.</summary>
    public void Forget(NodeId member) => _members.Remove(member);

    private static ForwardResult Refusal(ForwardAction action, SyncErrorKind why, string sentence) => new(action.Token, null, why, sentence);

    private sealed class Member(int resultsMost)
    {
        public HashSet<ulong> Underway { get; } = [];

        public RecentMap<ulong, ForwardResult> Results { get; } = new(resultsMost);
    }
}
