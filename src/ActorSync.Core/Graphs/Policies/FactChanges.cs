namespace ActorSync.Graphs.Policies;

/// <summary>What takes back changes of a history: what stood where other places stand now, of all changes behind each other.</summary>
internal sealed class FactChanges
{
    private readonly FactRun _before = new();
    private readonly List<(int First, int Count, int Before)> _changes = [];

    /// <summary>Notes a change.</summary>
    /// <param name="first">The first place that changes.</param>
    /// <param name="count">How many stand there afterwards.</param>
    /// <param name="run">Where those that go are.</param>
    /// <param name="from">The first of them in the run.</param>
    /// <param name="removed">How many go.</param>
    public void Note(int first, int count, FactRun run, int from, int removed)
    {
        _changes.Add((first, count, _before.Places));
        _before.Add(run, from, removed);
    }

    /// <summary>Takes all of them back, the latest first.</summary>
    /// <param name="run">What was changed.</param>
    /// <param name="start">The first place that is in it.</param>
    public void TakeBack(FactRun run, int start)
    {
        var end = _before.Places;
        for (var i = _changes.Count - 1; i >= 0; i--)
        {
            var (first, count, before) = _changes[i];
            run.Replace(first - start, count, _before.Copy(before, end - before));
            end = before;
        }
    }
}
