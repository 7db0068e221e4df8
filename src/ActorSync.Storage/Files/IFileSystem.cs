namespace ActorSync.Storage;

/// <summary>
/// All that the stores ask of a file system. Everything durable goes through here, so that a layer that records, fails or
/// forgets can stand in its place. Failures are <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
/// </summary>
public interface IFileSystem
{
    /// <summary>Makes the folder and those above it, where they are not there.</summary>
    void CreateFolder(string path);

    bool FileExists(string path);

    bool FolderExists(string path);

    /// <summary>Names, without their path, of the files and folders in a folder; none when it is not there.</summary>
    IReadOnlyList<string> List(string folder);

    /// <summary>Makes an empty file; what had that name is gone.</summary>
    IFile Create(string path);

    /// <summary>Opens a file that is there.</summary>
    IFile Open(string path, bool write);

    /// <summary>Renames a file, in place of the one that had the new name; or a folder, to a name that is free.</summary>
    void Rename(string from, string to);

    void DeleteFile(string path);

    /// <summary>Deletes a folder and all that is in it.</summary>
    void DeleteFolder(string path);

    /// <summary>Waits until the folder's names (made, renamed, deleted) are on the disk.</summary>
    void FlushFolder(string path);

    /// <summary>
    /// Takes a lock that ends with the process at the latest, and says in <paramref name="holder"/> who holds it when
    /// null is given.
    /// </summary>
    IDisposable? TryLock(string path, out string holder);
}

/// <summary>An open file. Reads may come from any thread; writes come from one at a time.</summary>
public interface IFile : IDisposable
{
    string Path { get; }

    /// <summary>Bytes in the file.</summary>
    long Length { get; }

    /// <summary>Reads from a byte offset; gives the bytes read, fewer than asked for only at the end of the file.</summary>
    int Read(long offset, Span<byte> destination);

    /// <summary>Writes all the bytes at a byte offset. When it fails, any part of them may have been written.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    void Truncate(long length);

    /// <summary>Waits until all that was written is on the disk (fsync).</summary>
    void Flush();
}
