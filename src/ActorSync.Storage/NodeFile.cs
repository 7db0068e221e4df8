using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorSync.Peers;

namespace ActorSync.Storage;

/// <summary>How the last run stands, as the node file says.</summary>
internal enum RunState : byte
{
    /// <summary>It ended, with everything on the disk.</summary>
    Closed = 0,

    /// <summary>It began and did not end; commits were flushed before they were acknowledged.</summary>
    RunningFlushed = 1,

    /// <summary>It began and did not end; acknowledged commits may not have been flushed.</summary>
    RunningUnflushed = 2,
}

/// <summary>
/// The file "node": who the node is. It is replaced as a whole when a run begins and ends.
/// <code>
/// 0   8 bytes  "ASYNCNOD"
/// 8   u16      format version, 1 (little-endian)
/// 10  u8       state of the run
/// 11  5 bytes  0
/// 16  16       node id, big-endian
/// 32  u64      instance id, big-endian
/// 40  u32      CRC32C of bytes 0 to 39 (little-endian)
/// </code>
/// </summary>
internal sealed record NodeFile(NodeId Node, InstanceId Instance, RunState State)
{
    public const string Name = "node";

    private const string NewName = "node.new";
    private const ushort Version = 1;
    private const int Size = 44;

    private static ReadOnlySpan<byte> Magic => "ASYNCNOD"u8;

    public static NodeId DrawNode()
    {
        Span<byte> bytes = stackalloc byte[NodeId.Size];
        RandomNumberGenerator.Fill(bytes);
        return new NodeId(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    public static InstanceId DrawInstance()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(bytes);
        return new InstanceId(BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    /// <summary>Reads the file; null when there is none.</summary>
    public static Result<NodeFile?> Read(IFileSystem files, string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!files.FileExists(path))
            return (NodeFile?)null;
        using var file = files.Open(path, write: false);
        var bytes = new byte[Size + 1];
        var length = file.Read(0, bytes);
        if (length != Size || !bytes.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(40)) != Crc.Of(bytes.AsSpan(0, 40)))
            return Wrong(path, "it is not intact");
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (version != Version)
            return Wrong(path, $"it is of format version {version}, this program reads version {Version}");
        if (bytes[10] > (byte)RunState.RunningUnflushed)
            return Wrong(path, $"its state is {bytes[10]}");
        var node = new NodeId(BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(16)));
        var instance = new InstanceId(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(32)));
        return new NodeFile(node, instance, (RunState)bytes[10]);
    }

    /// <summary>Puts the file in place of the one that is there; durable when it returns.</summary>
    public void Write(IFileSystem files, string folder)
    {
        var temporary = Path.Combine(folder, NewName);
        try
        {
            using (var file = files.Create(temporary))
            {
                file.Write(0, Encode());
                file.Flush();
            }
            files.Rename(temporary, Path.Combine(folder, Name));
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            StoreErrors.DeleteUseless(files, temporary);
            throw;
        }
        files.FlushFolder(folder);
    }

    public byte[] Encode()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        bytes[10] = (byte)State;
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), Node.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(32), Instance.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), Crc.Of(bytes.AsSpan(0, 40)));
        return bytes;
    }

    private static SyncError Wrong(string path, string why) => new(SyncErrorKind.StoreDamaged,
        $"{path} cannot be used: {why}; bring it back from a copy, or delete it together with the folder's graphs to begin anew");
}
