using ActorSync.Graphs;

namespace ActorSync.Bench.Negotiation;

/// <summary>The two peers of a scene, who stand at its common history between the cases.</summary>
internal sealed class Pair
{
    private readonly Scene _scene;

    public Pair(Scene scene)
    {
        _scene = scene;
        foreach (var command in scene.Common())
        {
            Here.Add(command);
            There.Add(command);
        }
        (CommonCount, CommonHeads) = (There.Count, There.Snapshot.Heads);
        Case = scene.Cases[0];
    }

    public Case Case { get; private set; }

    /// <summary>The requester.</summary>
    public Holder Here { get; private set; } = new();

    /// <summary>The responder.</summary>
    public Holder There { get; } = new();

    public int CommonCount { get; }

    public HeadSet CommonHeads { get; }

    /// <summary>Runs each case by each of the methods; both peers begin anew each time.</summary>
    public IEnumerable<Measured> Run(IReadOnlyList<Func<Pair, Measured>> methods)
    {
        foreach (var @case in _scene.Cases)
        {
            Case = @case;
            foreach (var method in methods)
            {
                var here = Here;
                if (@case.FromNothing)
                    Here = new Holder();
                Here.Add(Case.Here(There.Snapshot));
                There.Add(Case.There(There.Snapshot));
                GC.Collect();
                var measured = method(this);
                if (!There.Snapshot.Heads.All(head => Here.Snapshot.Contains(head)))
                    throw new InvalidOperationException($"'{@case.Name}' by {measured.Method}: the requester still lacks commands");
                Here = here;
                Here.CutTo(CommonCount, CommonHeads);
                There.CutTo(CommonCount, CommonHeads);
                yield return measured;
            }
        }
    }
}
