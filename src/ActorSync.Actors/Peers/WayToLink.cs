namespace ActorSync.Actors;

/// <summary>
/// Whether a conversation's next payload may go straight to the link: not while one before it is still on its way through
/// the peer's actor, which it would overtake. Of those that go through, some bring <see cref="PeerActor.Taken"/> back, each
/// once, also when the link breaks; of another it is known by the next of those, which went behind it.
/// </summary>
internal struct WayToLink
{
    private int _through;
    private bool _hasSilent;

    /// <summary>The link has taken all that went through the peer's actor.</summary>
    public readonly bool IsClear => _through == 0 && !_hasSilent;

    /// <summary>One is under way that will be told of when the link has taken it.</summary>
    public readonly bool WillHear => _through > 0;

    /// <summary>A payload goes through the peer's actor, and all before it when the link has taken it.</summary>
    public void Through() => (_through, _hasSilent) = (_through + 1, false);

    /// <summary>A payload goes through the peer's actor, and nothing tells when the link has taken it.</summary>
    public void ThroughSilently() => _hasSilent = true;

    /// <summary>The link has taken one that was to be told of.</summary>
    public void Took() => _through = Math.Max(0, _through - 1);
}
