#nullable enable

namespace Akka.Configuration.Hocon;

/// <summary>
/// Gives every <c>${path}</c> its value: that of the path in the same text, else the environment variable of that name.
/// A value that refers to itself means what it was before, so that <c>path = ${path}":/opt"</c> lengthens it.
/// </summary>
internal static class SubstitutionResolver
{
    public static void Resolve(HoconValue root, IReadOnlyCollection<HoconSubstitution> substitutions)
    {
        foreach (var substitution in substitutions)
            substitution.Resolved = Find(root, substitution);
        if (substitutions.Count == 0)
            return;
        Check(root, [], []);
        Prune(root.GetObject()!);
    }

    private static HoconValue? Find(HoconValue root, HoconSubstitution substitution)
    {
        var found = root.At(HoconPath.Split(substitution.Path));
        if (found is not null && found == substitution.Owner)
            found = found.Previous;
        if (found is null && Environment.GetEnvironmentVariable(substitution.Path) is { } variable)
            found = HoconValue.Of(new HoconLiteral(variable));
        if (found is null && !substitution.Optional)
            throw new FormatException($"{substitution.Where}: Unresolved substitution: {substitution.Path} (expected such a path or environment variable)");
        return found;
    }

    /// <summary>Refuses values that contain themselves.</summary>
    private static void Check(HoconValue value, HashSet<HoconValue> within, HashSet<HoconValue> done)
    {
        if (done.Contains(value))
            return;
        within.Add(value);
        foreach (var part in value.Parts)
        {
            foreach (var child in ChildrenOf(part))
            {
                if (within.Contains(child))
                    throw new FormatException($"{(part as HoconSubstitution)?.Where}: expected a value that does not refer to itself, found ${{{(part as HoconSubstitution)?.Path}}}.");
                Check(child, within, done);
            }
        }

        within.Remove(value);
        done.Add(value);
    }

    private static IEnumerable<HoconValue> ChildrenOf(IHoconElement part) => part switch
    {
        HoconObject o => o.Items.Values,
        HoconArray a => a,
        HoconSubstitution { Resolved: { } resolved } => [resolved],
        _ => [],
    };

    /// <summary>Takes away what an optional substitution left without a value, or puts back what was there before.</summary>
    private static void Prune(HoconObject target)
    {
        foreach (var (key, value) in target.Items.ToList())
        {
            var kept = value;
            while (kept is { IsAbsent: true })
                kept = kept.Previous;
            if (kept is null)
                target.Items.Remove(key);
            else
                target.Items[key] = kept;
            foreach (var part in kept?.Parts ?? [])
                PruneWithin(part);
        }
    }

    private static void PruneWithin(IHoconElement part)
    {
        if (part is HoconObject child)
            Prune(child);
        if (part is not HoconArray array)
            return;
        array.RemoveAll(element => element.IsAbsent);
        foreach (var inner in array.SelectMany(element => element.Parts))
            PruneWithin(inner);
    }
}
