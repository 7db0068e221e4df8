using ActorSync.Bench.SideBySide.Harness;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>What a child process of the run does: one line in, one line out, until its input ends.</summary>
internal abstract class Role : IAsyncDisposable
{
    /// <summary>Carries out a line and gives the answer to it.</summary>
    protected abstract Task<string> OnAsync(string verb, string[] words);

    /// <summary>What it says first, when it is ready.</summary>
    protected abstract Task<string> StartAsync();

    public abstract ValueTask DisposeAsync();

    public static async Task<int> RunAsync(string name, string[] words)
    {
        await using Role role = name switch
        {
            "node" => new NodeRole(words),
            "subscribers" => new SubscribersRole(words),
            "gateway-peers" => new GatewayPeersRole(words),
            "frames-source" => new FramesSourceRole(),
            "frames-sink" => new FramesSinkRole(),
            _ => throw new BenchException($"there is no role {name}"),
        };
        Console.WriteLine(await role.StartAsync());
        // Each line is read on a stack of its own: below this one stands what the answer before was made of, and holds it.
        while (await Task.Run(Console.In.ReadLine) is { } line)
            Console.WriteLine(await role.AnswerAsync(line.Split(' ')));
        return 0;
    }

    private async Task<string> AnswerAsync(string[] words)
    {
        try
        {
            return await OnAsync(words[0], words[1..]);
        }
        catch (Exception failure)
        {
            return $"failed {words[0]}: {failure.ToString().ReplaceLineEndings(" | ")}";
        }
    }
}
