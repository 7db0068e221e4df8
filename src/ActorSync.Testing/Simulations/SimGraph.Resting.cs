using ActorSync.Graphs;

namespace ActorSync.Testing.Simulations;

// A graph goes to rest when nothing came to it for a while, and wakes with what comes next, as its actor does: whoever
// follows it has nothing but the version at rest meanwhile, and the machine begins anew from the store.
internal sealed partial class SimGraph
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private readonly SimTimer _idle;
    private GraphSnapshot? _atRest;
    private int _appending;

    /// <summary>The version that is kept in mind while the graph rests; null while it does not.</summary>
    public GraphSnapshot? AtRest => _atRest;

    /// <summary>Opens the graph again, if it rests; who follows it hears of it first.</summary>
    public void Wake()
    {
        if (_atRest is null)
            return;
        _atRest = null;
        _machine = MachineOf(_store!);
        Tell(_machine.Committed);
        NoteUse();
    }

    private void NoteUse()
    {
        if (_machine is not null)
            _idle.Start(_node.Now + Idle);
    }

    private void OnIdle()
    {
        if (_requests.Count > 0 || _appending > 0 || _timer.IsRunning)
        {
            NoteUse();
            return;
        }
        _atRest = Committed.AtRest();
        Tell(_atRest);
    }

    private void Tell(GraphSnapshot version)
    {
        foreach (var peer in _node.Peers)
            peer.OnChanged(version, []);
    }
}
