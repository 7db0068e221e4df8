namespace ActorSync.Testing.Scenarios;

/// <summary>The effects that are expected, and those that were emitted: the same, in any order, whenever they are checked.</summary>
internal sealed class Expectations
{
    private const int MostShown = 10;

    private readonly List<ulong> _expected = [];
    private readonly List<ulong> _emitted = [];

    public bool Ignore { get; set; }

    public void Expect(ulong value, ulong times)
    {
        for (ulong i = 0; i < times; i++)
            _expected.Add(value);
    }

    public void Emit(IEnumerable<ulong> values)
    {
        if (!Ignore)
            _emitted.AddRange(values);
    }

    /// <summary>Begins anew after a check that all was emitted once, and no more.</summary>
    public void Check()
    {
        if (Ignore)
            return;
        var (missing, more) = (Without(_expected, _emitted), Without(_emitted, _expected));
        _expected.Clear();
        _emitted.Clear();
        if (missing.Count + more.Count > 0)
            throw new RuleDiffersException($"expected effects that were not emitted: {Show(missing)}; emitted ones that were not expected: {Show(more)}");
    }

    private static List<ulong> Without(List<ulong> all, List<ulong> taken)
    {
        var left = taken.CountBy(value => value).ToDictionary();
        return all.FindAll(value => !left.TryGetValue(value, out var count) || (left[value] = count - 1) < 0);
    }

    private static string Show(List<ulong> values) => values.Count switch
    {
        0 => "none",
        <= MostShown => string.Join(", ", values),
        _ => $"{string.Join(", ", values.Take(MostShown))} and {values.Count - MostShown} more",
    };
}
