namespace ActorSync.Graphs.Clients;

/// <summary>Received commands that are committed together, and woven and evaluated once; or not at all.</summary>
public sealed class GraphTransaction
{
    private readonly GraphClient _client;
    private readonly bool _mayFinalize;
    private readonly List<CommandId> _rejected = [];
    private bool _isOver;

    internal GraphTransaction(GraphClient client, bool mayFinalize)
    {
        _client = client;
        _mayFinalize = mayFinalize;
    }

    /// <summary>Commands added.</summary>
    public int Added { get; private set; }

    /// <summary>
    /// Commands that the policy rejected, or that follow one of those: the sender should hear of them, since nothing
    /// that follows them can be kept here.
    /// </summary>
    public IReadOnlyList<CommandId> Rejected => _rejected;

    /// <summary>The graph with what was added, for asking a peer for more; the added commands cannot be read from it yet.</summary>
    public GraphSnapshot Snapshot => _client.Read();

    /// <summary>
    /// Adds a command whose priors are here. The error says why it was not added; the transaction may go on without it.
    /// </summary>
    /// <returns>
    /// Null, or Duplicate, MissingPrior, WrongMaxCut, InvalidCommand, LimitExceeded, Rejected, PolicyFailed, Busy
    /// when the merges of one transaction take too long to check, NotAllowed for a finalize command of a sender that may not.
    /// </returns>
    /// <exception cref="InvalidOperationException">The transaction is over.</exception>
    public SyncError? Add(Command command)
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        if (!_mayFinalize && command.Priority.Kind == PriorityKind.Finalize)
            return new SyncError(SyncErrorKind.NotAllowed, $"the command {command.Address} is of finalize priority, which its sender may not give");
        var error = _client.Add(command);
        if (error is null)
            Added++;
        else if (_client.IsRejected(command.Id))
            _rejected.Add(command.Id);
        return error;
    }

    /// <summary>Ends the transaction: weaves, evaluates and stores what was added.</summary>
    /// <returns>The commit; or nothing was kept: PolicyFailed, ParallelFinalize (final), StoreFailed.</returns>
    /// <exception cref="InvalidOperationException">The transaction is over.</exception>
    public Task<Result<GraphCommit>> CommitAsync()
    {
        End();
        return _client.CommitAsync();
    }

    /// <summary>Ends the transaction: nothing of it is kept.</summary>
    /// <exception cref="InvalidOperationException">The transaction is over.</exception>
    public void RollBack()
    {
        End();
        _client.RollBack();
    }

    private void End()
    {
        ObjectDisposedException.ThrowIf(_isOver, this);
        _isOver = true;
    }
}
