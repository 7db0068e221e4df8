#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>Gives every <c>${path}</c> the value of that path in the same text.</summary>
internal static class SubstitutionResolver
{
    public static void Resolve(HoconValue root, IReadOnlyCollection<HoconSubstitution> substitutions)
    {
        foreach (var substitution in substitutions)
        {
            substitution.Resolved = root.At(HoconPath.Split(substitution.Path))
                ?? throw new FormatException($"{substitution.Where}: Unresolved substitution: {substitution.Path}");
            // The next path may go through this one.
            for (var next = substitution; next.Resolved?.Parts is [HoconSubstitution first, ..]; next = first)
            {
                if (first == substitution)
                    throw Circle(substitution);
            }
        }

        if (substitutions.Count > 0)
            Check(root, [], [], null);
    }

    /// <summary>Refuses values that contain themselves.</summary>
    private static void Check(HoconValue value, HashSet<HoconValue> within, HashSet<HoconValue> done, HoconSubstitution? through)
    {
        if (done.Contains(value))
            return;
        within.Add(value);
        foreach (var part in value.Parts)
        {
            var by = part as HoconSubstitution ?? through;
            foreach (var child in ChildrenOf(part))
            {
                if (within.Contains(child))
                    throw Circle(by!);
                Check(child, within, done, by);
            }
        }

        within.Remove(value);
        done.Add(value);
    }

    private static FormatException Circle(HoconSubstitution part) =>
        new($"{part.Where}: expected a value that does not refer to itself, found ${{{part.Path}}}.");

    private static IEnumerable<HoconValue> ChildrenOf(IHoconElement part) => part switch
    {
        HoconObject o => o.Items.Values,
        HoconArray a => a,
        HoconSubstitution { Resolved: { } resolved } => [resolved],
        _ => [],
    };
}
