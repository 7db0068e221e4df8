using System.Buffers.Binary;

namespace ActorSync.Storage;

/// <summary>
/// The file "lost" in the folder of a graph or a state: it has lost something, and nobody knows that it is back. It stays,
/// and is told, until a peer has sent all that it holds or somebody accepts the loss. That it is there is what counts: one
/// that is empty or not intact, as a full disk or a crash may leave it, says the same without the place.
/// <code>
/// 0   8 bytes  "ASYNCLST"
/// 8   u16      format version, 1 (little-endian, as all numbers)
/// 10  u16      1: a repair has set aside what was damaged; 0: the log has lost its end
/// 12  u32      number of the log's file
/// 16  u64      byte of it from which on something is lost
/// 24  u32      CRC32C of bytes 0 to 23
/// </code>
/// </summary>
internal sealed record LossNote(bool WasRepaired, uint Segment, long Offset)
{
    public const string Name = "lost";

    private const ushort Version = 1;
    private const int Size = 28;

    private static ReadOnlySpan<byte> Magic => "ASYNCLST"u8;

    /// <summary>A note that cannot be read.</summary>
    public static LossNote Unreadable { get; } = new(false, 0, 0);

    /// <summary>Reads the note in a replica's folder; null when there is none.</summary>
    public static LossNote? Read(IFileSystem files, string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!files.FileExists(path))
            return null;
        using var file = files.Open(path, write: false);
        var bytes = new byte[Size];
        if (file.Read(0, bytes) != Size || !bytes.AsSpan().StartsWith(Magic) || BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)) != Crc.Of(bytes.AsSpan(0, 24)))
            return Unreadable;
        return new LossNote(bytes[10] == 1, BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)), BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(16)));
    }

    /// <summary>
    /// Leaves the note; durable when it returns. Where there is no room for its bytes, there mostly is for its name.
    /// </summary>
    public void Write(IFileSystem files, string folder)
    {
        using (var file = files.Create(Path.Combine(folder, Name)))
        {
            try
            {
                file.Write(0, Encode());
            }
            catch (IOException failure) when (StoreErrors.IsDiskFull(failure))
            {
            }
            file.Flush();
        }
        files.FlushFolder(folder);
    }

    /// <summary>Takes the note away; durable when it returns.</summary>
    public static void Delete(IFileSystem files, string folder)
    {
        if (!files.FileExists(Path.Combine(folder, Name)))
            return;
        files.DeleteFile(Path.Combine(folder, Name));
        files.FlushFolder(folder);
    }

    public byte[] Encode()
    {
        var bytes = new byte[Size];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), Version);
        bytes[10] = (byte)(WasRepaired ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Segment);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(24), Crc.Of(bytes.AsSpan(0, 24)));
        return bytes;
    }

    /// <summary>The note in words.</summary>
    public string Tell() => $"{Lost}, and nobody has sent all of it again; repair with --peer HOST:PORT, or accept it with --accept";

    /// <summary>The note of a state in words: its pulls bring what peers hold, and nobody can tell whether that is all.</summary>
    public string TellOfState() => $"{Lost}; what peers hold of it the state's pulls bring; accept it with --accept";

    private string Lost => WasRepaired ? $"what was damaged{Place} was set aside" : $"the end was lost{Place} after the store was closed";

    private string Place => Segment == 0 ? "" : $" from byte {Offset} of file {Segment} on";
}
