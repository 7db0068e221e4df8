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
/// The file "node": who the node is. It has two slots, each in a block of the disk of its own; what changes is written over
/// the older one, in place, so that it needs no room on a full disk, and the newer one is there whatever becomes of the write.
/// <code>
/// slots at 0 and 4096, the file has 8192 bytes; numbers are little-endian unless said otherwise
/// 0   8 bytes  "ASYNCNOD"
/// 8   u16      format version, 2
/// 10  u8       state of the run
/// 11  5 bytes  0
/// 16  16       node id, big-endian
/// 32  u64      instance id, big-endian
/// 40  u64      sequence number: the slot with the higher one counts; its lowest bit says which slot it is
/// 48  u32      CRC32C of bytes 0 to 47
/// </code>
/// Version 1 was 44 bytes, one slot without a sequence number, replaced as a whole.
/// </summary>
internal sealed record NodeFile(NodeId Node, InstanceId Instance, RunState State)
{
    public const string Name = "node";
    public const int SlotStride = 4096;
    public const int SlotSize = 52;

    private const string NewName = "node.new";
    private const string DamagedName = "node.damaged";
    private const ushort Version = 2;
    private const int FirstVersionSize = 44;

    private static ReadOnlySpan<byte> Magic => "ASYNCNOD"u8;

    /// <summary>The number of the slot that says this.</summary>
    public ulong Sequence { get; init; }

    /// <summary>Whether one slot is not intact: a write was cut short, or it was damaged, and what the other says is older than that.</summary>
    public bool IsHalf { get; init; }

    /// <summary>Whether it stands in a file of version 1, which had no catalog beside it.</summary>
    public bool IsFirstVersion { get; init; }

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
        if (file.Length == FirstVersionSize)
            return ReadFirstVersion(file);
        var (one, other) = (ReadSlot(file, 0, out var why), ReadSlot(file, 1, out var alsoWhy));
        var newest = one is null || other?.Sequence > one.Sequence ? other : one;
        return newest is null ? Wrong(path, why ?? alsoWhy!) : newest with { IsHalf = one is null || other is null };
    }

    /// <summary>Writes it over the older slot, or makes the file; durable when it returns. Gives what is on the disk now.</summary>
    public NodeFile Write(IFileSystem files, string folder)
    {
        var path = Path.Combine(folder, Name);
        var next = this with { Sequence = Math.Max(1, Sequence) + 1, IsHalf = false, IsFirstVersion = false };
        if (Sequence == 0 || !files.FileExists(path))
            next.Make(files, folder);
        else
        {
            using var file = files.Open(path, write: true);
            file.Write(SlotOf(next.Sequence), next.EncodeSlot());
            file.Flush();
        }
        return next;
    }

    /// <summary>Keeps a file that cannot be read under another name, so that another can be made.</summary>
    public static void SetAside(IFileSystem files, string folder)
    {
        if (files.FileExists(Path.Combine(folder, Name)))
            files.Rename(Path.Combine(folder, Name), Path.Combine(folder, DamagedName));
    }

    /// <summary>The whole file, with both slots intact.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[2 * SlotStride];
        EncodeSlot().CopyTo(bytes, SlotOf(Sequence));
        (this with { Sequence = Sequence - 1 }).EncodeSlot().CopyTo(bytes, SlotOf(Sequence - 1));
        return bytes;
    }

    private static int SlotOf(ulong sequence) => (int)(sequence & 1) * SlotStride;

    private void Make(IFileSystem files, string folder)
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

    private byte[] EncodeSlot()
    {
        var bytes = new byte[SlotSize];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        bytes[10] = (byte)State;
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), Node.Value);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(32), Instance.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(40), Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(48), Crc.Of(bytes.AsSpan(0, 48)));
        return bytes;
    }

    private static NodeFile? ReadSlot(IFile file, int slot, out string? why)
    {
        why = "it is not intact";
        var bytes = new byte[SlotSize];
        if (file.Read(slot * SlotStride, bytes) != SlotSize || !IsIntact(bytes, 48))
            return null;
        why = Fault(bytes, Version);
        var sequence = BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(40));
        return why is null && (int)(sequence & 1) == slot ? Decode(bytes) with { Sequence = sequence } : null;
    }

    private static Result<NodeFile?> ReadFirstVersion(IFile file)
    {
        var bytes = new byte[FirstVersionSize];
        if (file.Read(0, bytes) != bytes.Length || !IsIntact(bytes, 40))
            return Wrong(file.Path, "it is not intact");
        return Fault(bytes, 1) is { } why ? Wrong(file.Path, why) : Decode(bytes) with { IsFirstVersion = true };
    }

    private static bool IsIntact(byte[] bytes, int checkedBytes) =>
        bytes.AsSpan().StartsWith(Magic) && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(checkedBytes)) == Crc.Of(bytes.AsSpan(0, checkedBytes));

    private static string? Fault(byte[] bytes, ushort expected)
    {
        var version = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        if (version != expected)
            return $"it is of format version {version}, this program reads versions 1 and {Version}";
        return bytes[10] > (byte)RunState.RunningUnflushed ? $"its state is {bytes[10]}" : null;
    }

    private static NodeFile Decode(byte[] bytes) => new(
        new NodeId(BinaryPrimitives.ReadUInt128BigEndian(bytes.AsSpan(16))),
        new InstanceId(BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(32))),
        (RunState)bytes[10]);

    private static SyncError Wrong(string path, string why) => new(SyncErrorKind.StoreDamaged, $"{path} cannot be used: {why}; {StoreErrors.NodeAdvice}");
}
