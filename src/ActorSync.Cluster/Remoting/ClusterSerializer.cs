using System.Runtime.Serialization;
using ActorSync.Peers;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Serialization;

namespace ActorSync.Cluster;

/// <summary>
/// The bytes of what crosses between nodes, field after field as in the protocol's payloads (docs/wire.md); the manifest
/// names the message and its version:
/// <code>
/// carried-1  a payload of the protocol: ForwardAction or ForwardResult
/// open-1     version of the protocol (1 byte), node (16), instance (8), largest payload (varint)
/// opened-1   the same
/// ended-1    error kind (varint), sentence (varint length, UTF-8)
/// payload-1  number (8 bytes), the payload
/// taken-1    number (8 bytes)
/// </code>
/// </summary>
internal sealed class ClusterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <summary>Bytes that a message has beside a payload that it carries, and what remoting puts around it, at most.</summary>
    public const int OverheadBytes = 4096;

    // The frame has its own limit; a command's size is judged where it is carried out.
    private static readonly WireLimits Wide = WireLimits.Default with { PayloadBytes = int.MaxValue };

    public override int Identifier => 1_917;

    public override string Manifest(object o) => o switch
    {
        Carried => "carried-1",
        OpenLink => "open-1",
        LinkOpened => "opened-1",
        LinkEnded => "ended-1",
        LinkPayload => "payload-1",
        LinkTaken => "taken-1",
        _ => throw new ArgumentException($"{o.GetType()} does not cross between nodes", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        if (obj is Carried carried)
            return SyncCodec.Encode(carried.Message).ToArray();
        var writer = new WireWriter(obj is LinkPayload { Bytes.Length: var size } ? sizeof(ulong) + size : 64);
        switch (obj)
        {
            case OpenLink open:
                Write(writer, open.From, open.MaxPayloadBytes);
                break;
            case LinkOpened opened:
                Write(writer, opened.From, opened.MaxPayloadBytes);
                break;
            case LinkEnded ended:
                writer.Number((int)ended.Why.Kind, nameof(ended.Why.Kind));
                writer.Text(ended.Why.Message, WireLimits.SentenceBytes);
                break;
            case LinkPayload payload:
                writer.Fixed64(payload.Number);
                writer.Raw(payload.Bytes.Span);
                break;
            case LinkTaken taken:
                writer.Fixed64(taken.Number);
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} does not cross between nodes", nameof(obj));
        }
        return writer.Written.ToArray();
    }

    /// <exception cref="SerializationException">They are not the bytes of such a message; remoting drops them, and says so in the log.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (manifest == "carried-1")
            return SyncCodec.Decode(bytes, Wide).TryGet(out var message, out var wrong) ? new Carried(message) : throw Refused(manifest, wrong);
        var reader = new WireReader(bytes);
        IClusterMessage? read = manifest switch
        {
            "open-1" => Read(ref reader) is var (from, most) ? new OpenLink(from, most) : null,
            "opened-1" => Read(ref reader) is var (from, most) ? new LinkOpened(from, most) : null,
            "ended-1" => new LinkEnded(new SyncError((SyncErrorKind)reader.Int32("the kind"), reader.Text("the sentence", WireLimits.SentenceBytes))),
            "payload-1" => new LinkPayload(reader.Fixed64("the number"), Rest(ref reader, bytes)),
            "taken-1" => new LinkTaken(reader.Fixed64("the number")),
            _ => throw new SerializationException($"'{manifest}' is no message between nodes of a cluster that this version knows"),
        };
        reader.End();
        return reader.Error is { } error ? throw Refused(manifest, error) : read!;
    }

    private static void Write(WireWriter writer, PeerIdentity from, int mostBytes)
    {
        writer.Byte(WireLimits.Version);
        writer.Fixed128(from.Node.Value);
        writer.Fixed64(from.Instance.Value);
        writer.Number(mostBytes, nameof(mostBytes));
    }

    private static (PeerIdentity From, int MostBytes)? Read(ref WireReader reader)
    {
        if (reader.Byte("the version") is not WireLimits.Version and var version)
            reader.Fail(SyncErrorKind.VersionMismatch, $"the node speaks version {version} of the protocol, this one {WireLimits.Version}");
        return (new PeerIdentity(new NodeId(reader.Fixed128("the node")), new InstanceId(reader.Fixed64("the instance"))), reader.Int32("the largest payload"));
    }

    private static ReadOnlyMemory<byte> Rest(ref WireReader reader, byte[] bytes)
    {
        var at = reader.At;
        reader.Take("the payload", reader.Remaining);
        return bytes.AsMemory(at);
    }

    private static SerializationException Refused(string manifest, SyncError error) => new($"a message '{manifest}' between nodes is wrong: {error.Message}");
}
