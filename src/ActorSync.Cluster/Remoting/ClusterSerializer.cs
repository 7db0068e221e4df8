using System.Runtime.Serialization;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Serialization;

namespace ActorSync.Cluster;

/// <summary>
/// What crosses between the nodes of a cluster over the engine's remoting, and nothing else of ours does: an action for
/// whoever owns its graph, or what became of it. Commands go over links, beside remoting, so that a long catch-up never
/// holds up the cluster's heartbeats.
/// </summary>
internal sealed record Carried(SyncMessage Message);

/// <summary>The bytes are those of the protocol's payloads (docs/wire.md): ForwardAction and ForwardResult; the manifest names them.</summary>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Bytes around an action's payload, with what remoting adds, at most.</summary>
    public const int OverheadBytes = 4096;

    // The frame has its own limit; a command's size is judged where it is carried out.
    private static readonly WireLimits Limits = WireLimits.Default with { PayloadBytes = int.MaxValue };

    public override int Identifier => 1_917;

    public override string Manifest(object o) => o switch
    {
        Carried { Message: ForwardAction } => "action-1",
        Carried { Message: ForwardResult } => "result-1",
        _ => throw new ArgumentException($"{o} does not cross between nodes", nameof(o)),
    };

    public override byte[] ToBinary(object obj) => SyncCodec.Encode(((Carried)obj).Message).ToArray();

    /// <exception cref="SerializationException">They are not the bytes of such a message; remoting drops it, and says so in the log.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!SyncCodec.Decode(bytes, Limits).TryGet(out var message, out var error))
            throw new SerializationException($"a message '{manifest}' between nodes is wrong: {error.Message}");
        return (manifest, message) is ("action-1", ForwardAction) or ("result-1", ForwardResult)
            ? new Carried(message)
            : throw new SerializationException($"'{manifest}' with a {message.Type} is no message between nodes that this version knows");
    }
}
