using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorSync.Storage;

/// <summary>The file system of this machine.</summary>
public sealed class LocalFileSystem : IFileSystem
{
    public static readonly LocalFileSystem Instance = new();

    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    public bool FileExists(string path) => File.Exists(path);

    public bool FolderExists(string path) => Directory.Exists(path);

    public IReadOnlyList<string> List(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => System.IO.Path.GetFileName(path))] : [];

    public IFile Create(string path) => new LocalFile(path, File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read));

    public IFile Open(string path, bool write) => new LocalFile(path, write
        ? File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read)
        : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));

    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }

    public void DeleteFile(string path) => File.Delete(path);

    public void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    public void FlushFolder(string path)
    {
        // Windows keeps its names in a journal and has no such call; elsewhere the framework opens no folders.
        if (!OperatingSystem.IsWindows())
            Unix.FlushFolder(path);
    }

    public IDisposable? TryLock(string path, out string holder)
    {
        // The locked file cannot be read by others, so that the holder's number stands in a file beside it.
        var note = path + ".pid";
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (File.Exists(path) && !StoreErrors.IsDiskFull(failure))
        {
            holder = Note(() => File.ReadAllText(note)) is { } text ? $"process {text}" : "another process";
            return null;
        }
        holder = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var self = holder;
        _ = Note(() =>
        {
            File.WriteAllText(note, self);
            return self;
        });
        return new Held(handle, note);
    }

    // The note is for people: without it the lock holds all the same.
    private static string? Note(Func<string> access)
    {
        try
        {
            return access();
        }
        catch (Exception failure) when (StoreErrors.IsFileFailure(failure))
        {
            return null;
        }
    }

    private sealed class Held(SafeFileHandle handle, string note) : IDisposable
    {
        public void Dispose()
        {
            _ = Note(() =>
            {
                File.Delete(note);
                return note;
            });
            handle.Dispose();
        }
    }

    private sealed class LocalFile(string path, SafeFileHandle handle) : IFile
    {
        public string Path => path;

        public long Length => RandomAccess.GetLength(handle);

        public int Read(long offset, Span<byte> destination)
        {
            var done = 0;
            while (done < destination.Length && RandomAccess.Read(handle, destination[done..], offset + done) is > 0 and var read)
                done += read;
            return done;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(handle, bytes, offset);

        public void Truncate(long length) => RandomAccess.SetLength(handle, length);

        public void Flush() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }

    private static class Unix
    {
        public static void FlushFolder(string path)
        {
            var handle = open(path, 0);
            if (handle < 0)
                throw Failure(path);
            try
            {
                if (fsync(handle) != 0)
                    throw Failure(path);
            }
            finally
            {
                _ = close(handle);
            }
        }

        private static IOException Failure(string path)
        {
            var code = Marshal.GetLastPInvokeError();
            return new IOException($"cannot flush the folder {path}: {Marshal.GetPInvokeErrorMessage(code)}", code);
        }

        [DllImport("libc", SetLastError = true)]
        private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", SetLastError = true)]
        private static extern int fsync(int handle);

        [DllImport("libc", SetLastError = true)]
        private static extern int close(int handle);
    }
}
