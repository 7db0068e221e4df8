using ActorSync.Graphs;

namespace ActorSync.Node.Control;

/// <summary>
/// Walks one version of a graph from its init command on. Of each command the bytes are parsed and hashed again, and
/// the id, the priors and the max cut that follow from them are compared with what the graph's index says; at the end
/// the heads are.
/// </summary>
internal sealed class GraphVerifier(GraphSnapshot snapshot)
{
    /// <summary>Problems told in words; more are counted.</summary>
    public const int ProblemsTold = 20;

    private const int ProgressEvery = 1024;

    private readonly List<string> _problems = [];
    private readonly HashSet<int> _heads = [];
    private string? _lastDamage;
    private int _problemCount;
    private long _bytes;

    public VerifyReport Run(IProgress<VerifyProgress> progress, CancellationToken cancellation)
    {
        for (var ordinal = 0; ordinal < snapshot.Count; ordinal++)
        {
            cancellation.ThrowIfCancellationRequested();
            Check(ordinal);
            if ((ordinal + 1) % ProgressEvery == 0)
                progress.Report(new VerifyProgress(ordinal + 1, snapshot.Count));
        }
        // Of what cannot be read nobody knows whom it follows.
        if (_lastDamage is null)
            CheckHeads();
        progress.Report(new VerifyProgress(snapshot.Count, snapshot.Count));
        return new VerifyReport(
            snapshot.Graph.ToString(), snapshot.Count, _bytes, snapshot.Heads.Count, snapshot.Heads.Digest.ToString(), _problemCount, _problems);
    }

    private void Check(int ordinal)
    {
        _heads.Add(ordinal);
        try
        {
            var stored = snapshot.Read(ordinal);
            _bytes += stored.Bytes.Length;
            if (!Command.Parse(stored.Bytes).TryGet(out var command, out var error))
                Problem(ordinal, error.Message);
            else
                Check(ordinal, command, snapshot.AddressOf(ordinal));
        }
        catch (SyncException e)
        {
            Damaged(ordinal, e.Error.Message);
        }
    }

    private void Check(int ordinal, Command command, Address indexed)
    {
        if (command.Id != indexed.Id)
            Problem(ordinal, $"the index names it {indexed.Id}, its bytes make it {command.Id}");
        if (command.Address.MaxCut != indexed.MaxCut)
            Problem(ordinal, $"its max cut is {command.Address.MaxCut}, the index says {indexed.MaxCut}");
        var prior = command.Prior;
        if ((ordinal == 0) != (prior.Kind == PriorKind.None))
            Problem(ordinal, ordinal == 0 ? "the first command is not an init command" : "it is a second init command");
        if (ordinal == 0 && command.Id != snapshot.Graph.Init)
            Problem(ordinal, $"the graph {snapshot.Graph} begins with the command {command.Id}");
        if (prior.Kind >= PriorKind.Single)
            CheckPrior(ordinal, prior.Left);
        if (prior.Kind == PriorKind.Merge)
            CheckPrior(ordinal, prior.Right);
    }

    private void CheckPrior(int ordinal, Address prior)
    {
        var at = snapshot.Find(prior.Id);
        if (at < 0)
            Problem(ordinal, $"its prior {prior} is not in the graph");
        else if (at >= ordinal)
            Problem(ordinal, $"its prior {prior} comes after it, at {at}");
        else if (snapshot.AddressOf(at) != prior)
            Problem(ordinal, $"its prior {prior} has the max cut {snapshot.AddressOf(at).MaxCut}");
        _heads.Remove(at);
    }

    private void CheckHeads()
    {
        var heads = new HeadSet(_heads.Select(snapshot.AddressOf));
        if (!heads.Equals(snapshot.Heads))
            Problem(snapshot.Count, $"the graph has the heads {snapshot.Heads}, its commands leave {heads}");
    }

    // Commands are read in blocks: of one that is damaged no command can be, and that is one problem, told once.
    private void Damaged(int ordinal, string what)
    {
        if (_lastDamage != what)
            Problem(ordinal, what);
        _lastDamage = what;
    }

    private void Problem(int ordinal, string what)
    {
        _problemCount++;
        if (_problems.Count < ProblemsTold)
            _problems.Add(ordinal < snapshot.Count ? $"command {ordinal}: {what}" : what);
    }
}
