using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace ActorSync.Storage;

/// <summary>The file system of this machine. What is made here is for its owner only, where files have modes (Unix).</summary>
public sealed class LocalFileSystem : IFileSystem
{
    private const UnixFileMode OwnFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnFolder = OwnFile | UnixFileMode.UserExecute;

    public static readonly LocalFileSystem Instance = new();

    public void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, OwnFolder);
    }

    public bool FileExists(string path) => File.Exists(path);

    public bool FolderExists(string path) => Directory.Exists(path);

    public IReadOnlyList<string> List(string folder) =>
        Directory.Exists(folder) ? [.. Directory.EnumerateFileSystemEntries(folder).Select(path => System.IO.Path.GetFileName(path))] : [];

    // The store's lock says who may write: within one process a file is opened again to flush it, or after a failure.
    public IFile Create(string path) => new LocalFile(path, OpenOwn(path, FileMode.Create, FileShare.ReadWrite));

    public IFile Open(string path, bool write) => new LocalFile(path, write
        ? File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite)
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
            handle = OpenOwn(path, FileMode.OpenOrCreate, FileShare.None);
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
            using var file = Create(note);
            file.Write(0, Encoding.ASCII.GetBytes(self));
            return self;
        });
        return new Held(handle, note);
    }

    // Only a stream can be told the mode of the file that it makes; unbuffered it has nothing that the handle does not know.
    private static SafeFileHandle OpenOwn(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnFile;
        return new FileStream(path, options).SafeFileHandle;
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
