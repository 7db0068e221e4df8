namespace ActorSync.Peers.Providers;

/// <summary>
/// What a provider's watch gives out: turns what it finds and what fails into views, and leaves out those that say nothing
/// new. A failure keeps the peers that were found last.
/// </summary>
public sealed class PeerViews
{
    private PeerView? _last;

    /// <summary>The peers that were found last; none at the start.</summary>
    public PeerSet Peers => _last?.Peers ?? PeerSet.Empty;

    /// <summary>The view to give out, or null when nothing changed.</summary>
    public PeerView? Found(PeerSet peers, SyncError? error = null) => Next(new PeerView(peers, error));

    /// <summary>The same for what may be an error.</summary>
    public PeerView? Found(Result<PeerSet> found) => found.TryGet(out var peers, out var error) ? Found(peers) : Failed(error);

    /// <inheritdoc cref="Found(PeerSet, SyncError?)"/>
    public PeerView? Failed(SyncError error) => Next(new PeerView(Peers, error));

    private PeerView? Next(PeerView view)
    {
        if (view == _last)
            return null;
        return _last = view;
    }
}
