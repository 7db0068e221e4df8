using System.Buffers.Text;
using ActorSync.Graphs;
using ActorSync.Graphs.Policies;

namespace ActorSync.Bench.SideBySide.Graphs;

/// <summary>One step of a generated graph: who writes it, after which steps. The second prior of no merge is -1.</summary>
internal readonly record struct Step(int Number, int Writer, int Left, int Right)
{
    public bool IsMerge => Right >= 0;
}

/// <summary>
/// A graph that comes out the same each time, for us as commands and for git as commits. Linear, or of eight writers who
/// merge each other's newest commands, so that three in ten commands are merges.
/// </summary>
internal static class GeneratedGraph
{
    public const int PayloadBytes = 100;
    public const int Writers = 8;

    /// <summary>One strand of opaque commands.</summary>
    public const string OneStrand = "linear";

    /// <summary>Eight writers of opaque commands.</summary>
    public const string Merges = "merges";

    /// <summary>One strand of commands that each set one of ten thousand keys.</summary>
    public const string KeyValue = "key-value";

    private const int Keys = 10_000;
    private const int KeyBytes = 8;
    private const double MergeShare = 0.3;

    public static IEnumerable<Step> Steps(string shape, int commands) => shape == Merges ? Merged(commands) : Linear(commands);

    /// <summary>A hundred bytes of text that differ in each step and cannot be squeezed much.</summary>
    public static byte[] Payload(int number)
    {
        var random = new Random(number);
        Span<byte> bytes = stackalloc byte[PayloadBytes * 3 / 4];
        random.NextBytes(bytes);
        var text = new byte[PayloadBytes];
        Base64.EncodeToUtf8(bytes, text, out _, out _);
        return text;
    }

    /// <summary>The steps as commands in batches, priors first. Graphs with different names have no command in common.</summary>
    public static IEnumerable<List<Command>> Batches(string shape, int commands, int batch, int name)
    {
        var addresses = new Address[commands];
        var gathered = new List<Command>(batch);
        foreach (var step in Steps(shape, commands))
        {
            var command = step switch
            {
                { Number: 0 } => Command.Init(Payload(-name)),
                { IsMerge: true } => Command.Merge(addresses[step.Left], addresses[step.Right]),
                _ => Command.Create(Prior.Single(addresses[step.Left]), Priority.Basic(0), shape == KeyValue ? Set(step.Number) : Payload(step.Number)),
            };
            addresses[step.Number] = command.Address;
            gathered.Add(command);
            if (gathered.Count < batch)
                continue;
            yield return gathered;
            gathered = new List<Command>(batch);
        }
        if (gathered.Count > 0)
            yield return gathered;
    }

    // As many bytes as an opaque payload: a tag, the key with its length, and the value.
    private static byte[] Set(int number)
    {
        var key = new byte[KeyBytes];
        BitConverter.TryWriteBytes(key, new Random(number).Next(Keys));
        return KeyValuePolicy.Set(key, Payload(number).AsSpan(0, PayloadBytes - KeyBytes - 2));
    }

    private static IEnumerable<Step> Linear(int commands)
    {
        for (var number = 0; number < commands; number++)
            yield return new Step(number, 0, number - 1, -1);
    }

    // Only what a writer wrote last, and nobody has merged since, is merged: such commands are heads, so that neither is
    // an ancestor of the other.
    private static IEnumerable<Step> Merged(int commands)
    {
        var random = new Random(1);
        var (tips, fresh, merges) = (new int[Writers], new List<int>(), 0);
        yield return new Step(0, 0, -1, -1);
        for (var number = 1; number < commands; number++)
        {
            if (fresh.Count >= 2 && merges < MergeShare * number)
            {
                var (one, other) = (Take(), Take());
                yield return new Step(number, one, tips[one], tips[other]);
                tips[one] = tips[other] = number;
                merges++;
                continue;
            }
            var rested = Enumerable.Range(0, Writers).Except(fresh).ToArray();
            var writer = rested.Length > 0 ? rested[random.Next(rested.Length)] : random.Next(Writers);
            yield return new Step(number, writer, tips[writer], -1);
            tips[writer] = number;
            if (rested.Length > 0)
                fresh.Add(writer);
        }

        int Take()
        {
            var at = random.Next(fresh.Count);
            var writer = fresh[at];
            fresh.RemoveAt(at);
            return writer;
        }
    }
}
