namespace ActorSync.Peers.Providers.Dns;

/// <summary>
/// What was found under several names, each with the answer that it gave last: a name that cannot be resolved for a while
/// takes away neither its own peers nor those of the others. One round asks for every name; what a round did not ask for
/// is forgotten at its end.
/// </summary>
public sealed class DnsFindings<T>
{
    private Dictionary<string, T> _last = [];
    private Dictionary<string, T> _round = [];

    /// <summary>The first failure of this round.</summary>
    public SyncError? Error { get; private set; }

    /// <summary>Takes the answer of a name; what counts for it now, or nothing when it never had one.</summary>
    public T? Take(string name, Result<T> answer)
    {
        if (answer.TryGet(out var found, out var error) || _last.TryGetValue(name, out found))
            _round[name] = found;
        Error ??= error;
        return found;
    }

    /// <summary>Ends the round.</summary>
    public void EndRound()
    {
        (_last, _round) = (_round, []);
        Error = null;
    }
}
