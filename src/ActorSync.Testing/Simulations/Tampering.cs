using ActorSync.Graphs;
using ActorSync.Graphs.Subscriptions;
using ActorSync.Wire;

namespace ActorSync.Testing.Simulations;

/// <summary>What a planted bug makes of a push.</summary>
internal static class Tampering
{
    private const int NearlySpent = 1024;

    public static ReadOnlyMemory<byte> Of(PlantedBug bug, SubscriptionMachine publisher, ReadOnlyMemory<byte> payload) =>
        bug == PlantedBug.PushSkipsPrior && publisher.BytesLeft < NearlySpent ? WithoutAPrior(payload) : payload;

    private static ReadOnlyMemory<byte> WithoutAPrior(ReadOnlyMemory<byte> payload)
    {
        if (SyncCodec.Decode(payload, WireLimits.Default).Value is not Push push)
            return payload;
        List<Command> commands = [.. push.Commands.Decode(WireLimits.Default).Value];
        var skipped = commands.FindIndex(command => commands.Any(other => other.Prior.Left.Id == command.Id));
        if (skipped < 0)
            return payload;
        commands.RemoveAt(skipped);
        return SyncCodec.Encode(push with { Commands = CommandBlock.Encode(commands) });
    }
}
