namespace ActorSync.Storage.Tests.Crashes;

/// <summary>One thing that a store asked of its disk.</summary>
/// <param name="Act">What.</param>
/// <param name="Path">The file or folder; of a write, flush or truncation the one that was opened under that name.</param>
/// <param name="Handle">Which opening of the file it goes to; 0 where it goes by its name.</param>
/// <param name="Offset">Of a write; of a truncation the length.</param>
/// <param name="Bytes">What is written.</param>
/// <param name="NewPath">Of a rename.</param>
internal sealed record DiskAct(FileAct Act, string Path, int Handle = 0, long Offset = 0, byte[]? Bytes = null, string NewPath = "")
{
    public override string ToString() => $"{Act} {Path} {NewPath} {(Bytes is null ? "" : $"at {Offset}, {Bytes.Length} bytes")}";
}

/// <summary>
/// A file system in memory that writes down, in order, all that changes what a disk would hold. Workloads that take turns
/// write the same journal in every run, but for what is drawn at random.
/// </summary>
/// <param name="files">What is there at first; nothing unless given.</param>
internal sealed class RecordingFiles(MemoryFiles? files = null) : IFileSystem
{
    private readonly MemoryFiles _files = files ?? new MemoryFiles();
    private readonly Lock _gate = new();
    private readonly List<DiskAct> _journal = [];
    private Held? _held;
    private int _handles;

    public IReadOnlyList<DiskAct> Journal => _journal;

    /// <summary>Acts so far.</summary>
    public int Now
    {
        get
        {
            lock (_gate)
                return _journal.Count;
        }
    }

    /// <summary>Whoever writes next waits until it is let go: what is begun meanwhile is one group.</summary>
    public Held Hold() => _held = new Held();

    public void CreateFolder(string path)
    {
        if (!FolderExists(path))
            Note(new DiskAct(FileAct.CreateFolder, path), () => _files.CreateFolder(path));
    }

    public bool FileExists(string path) => _files.FileExists(path);

    public bool FolderExists(string path) => path == "/" || _files.FolderExists(path);

    public IReadOnlyList<string> List(string folder) => _files.List(folder);

    public IFile Create(string path)
    {
        var handle = Interlocked.Increment(ref _handles);
        IFile? file = null;
        Note(new DiskAct(FileAct.Create, path, handle), () => file = _files.Create(path));
        return new RecordedFile(this, file!, handle);
    }

    public IFile Open(string path, bool write)
    {
        if (!write)
            return _files.Open(path, write);
        var handle = Interlocked.Increment(ref _handles);
        IFile? file = null;
        Note(new DiskAct(FileAct.Open, path, handle), () => file = _files.Open(path, write));
        return new RecordedFile(this, file!, handle);
    }

    public void Rename(string from, string to) => Note(new DiskAct(FileAct.Rename, from, NewPath: to), () => _files.Rename(from, to));

    public void DeleteFile(string path) => Note(new DiskAct(FileAct.Delete, path), () => _files.DeleteFile(path));

    public void DeleteFolder(string path) => Note(new DiskAct(FileAct.Delete, path), () => _files.DeleteFolder(path));

    public void FlushFolder(string path) => Note(new DiskAct(FileAct.FlushFolder, path), () => _files.FlushFolder(path));

    public IDisposable? TryLock(string path, out string holder) => _files.TryLock(path, out holder);

    private void Note(DiskAct act, Action action)
    {
        lock (_gate)
        {
            action();
            _journal.Add(act);
        }
    }

    /// <summary>A write that waits.</summary>
    internal sealed class Held
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _free = new();

        public Task Reached => _reached.Task;

        public void LetGo() => _free.SetResult();

        public void Wait()
        {
            _reached.SetResult();
            _free.Task.Wait();
        }
    }

    private sealed class RecordedFile(RecordingFiles files, IFile file, int handle) : IFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long offset, Span<byte> destination) => file.Read(offset, destination);

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            Interlocked.Exchange(ref files._held, null)?.Wait();
            var copy = bytes.ToArray();
            files.Note(new DiskAct(FileAct.Write, Path, handle, offset, copy), () => file.Write(offset, copy));
        }

        public void Truncate(long length) =>
            files.Note(new DiskAct(FileAct.Truncate, Path, handle, length), () => file.Truncate(length));

        public void Flush() => files.Note(new DiskAct(FileAct.Flush, Path, handle), file.Flush);

        public void Dispose() => file.Dispose();
    }
}
