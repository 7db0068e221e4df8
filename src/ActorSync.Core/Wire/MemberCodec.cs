using ActorSync.Peers;

namespace ActorSync.Wire;

/// <summary>The bodies of what members ask each other about members.</summary>
internal static class MemberCodec
{
    public static bool TryWrite(WireWriter to, SyncMessage message)
    {
        switch (message)
        {
            case MemberProbe probe:
                to.Fixed64(probe.Token);
                to.Fixed128(probe.Node.Value);
                return true;
            case MemberProbed probed:
                to.Fixed64(probed.Token);
                to.Flag(probed.Reaches);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Reads the body of a type; null when the type is none of these.</summary>
    public static SyncMessage? Read(ref WireReader from, SyncType type) => type switch
    {
        SyncType.MemberProbe => new MemberProbe(from.Fixed64("the token"), new NodeId(from.Fixed128("the node"))),
        SyncType.MemberProbed => new MemberProbed(from.Fixed64("the token"), from.Flag("whether it is reached")),
        _ => null,
    };
}
