namespace ActorSync.Storage.Tests;

/// <summary>What a file layer is asked to do, as faults see it.</summary>
internal enum FileAct
{
    CreateFolder,
    Create,
    Open,
    Write,
    Flush,
    Truncate,
    Rename,
    Delete,
    FlushFolder,
}

/// <summary>
/// A file system in memory that counts, fails on request, runs full, and can forget what was not flushed. A flush that
/// fails loses what it should have written: the next one does not write it either. Names are taken to be durable at once.
/// </summary>
internal sealed class MemoryFiles : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Content> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _locks = [];

    public int Writes { get; private set; }

    public int Flushes { get; private set; }

    public long BytesRead { get; private set; }

    /// <summary>Bytes that all files may have together.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>Asked before each act, outside of any lock: it may throw, or wait.</summary>
    public Action<FileAct, string> Before { get; set; } = (_, _) => { };

    public IReadOnlyList<string> Files
    {
        get
        {
            lock (_gate)
                return [.. _files.Keys];
        }
    }

    public IReadOnlyList<string> Folders
    {
        get
        {
            lock (_gate)
                return [.. _folders];
        }
    }

    /// <summary>The same files and nobody who holds them: all that was written, or what was flushed only.</summary>
    public MemoryFiles Copy(bool flushedOnly = false)
    {
        var copy = new MemoryFiles();
        lock (_gate)
        {
            foreach (var (path, content) in _files)
                copy._files[path] = new Content { Bytes = flushedOnly ? [.. content.Flushed] : [.. content.Bytes], Flushed = content.Flushed };
            copy._folders.UnionWith(_folders);
        }
        return copy;
    }

    public byte[] this[string path]
    {
        get => [.. _files[path].Bytes];
        set => _files[path] = new Content { Bytes = [.. value], Flushed = value };
    }

    public void CreateFolder(string path)
    {
        lock (_gate)
        {
            for (var at = path; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
                _folders.Add(at);
        }
    }

    public bool FileExists(string path)
    {
        lock (_gate)
            return _files.ContainsKey(path);
    }

    public bool FolderExists(string path)
    {
        lock (_gate)
            return _folders.Contains(path);
    }

    public IReadOnlyList<string> List(string folder)
    {
        lock (_gate)
            return [.. _files.Keys.Concat(_folders).Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path))];
    }

    public IFile Create(string path)
    {
        Before(FileAct.Create, path);
        lock (_gate)
        {
            Assert.Contains(Path.GetDirectoryName(path)!, _folders);
            return new MemoryFile(this, path, _files[path] = new Content());
        }
    }

    public IFile Open(string path, bool write)
    {
        Before(FileAct.Open, path);
        lock (_gate)
            return _files.TryGetValue(path, out var content) ? new MemoryFile(this, path, content) : throw new FileNotFoundException($"no file {path}");
    }

    public void Rename(string from, string to)
    {
        Before(FileAct.Rename, from);
        lock (_gate)
        {
            if (_files.Remove(from, out var content))
            {
                _files[to] = content;
                return;
            }
            Assert.DoesNotContain(to, _folders);
            Assert.True(_folders.Remove(from));
            _folders.Add(to);
            foreach (var path in _files.Keys.Where(path => Path.GetDirectoryName(path) == from).ToList())
            {
                _files[Path.Combine(to, Path.GetFileName(path))] = _files[path];
                _files.Remove(path);
            }
        }
    }

    public void DeleteFile(string path)
    {
        Before(FileAct.Delete, path);
        lock (_gate)
            _files.Remove(path);
    }

    public void DeleteFolder(string path)
    {
        Before(FileAct.Delete, path);
        lock (_gate)
        {
            _folders.Remove(path);
            foreach (var file in _files.Keys.Where(file => Path.GetDirectoryName(file) == path).ToList())
                _files.Remove(file);
        }
    }

    public void FlushFolder(string path) => Before(FileAct.FlushFolder, path);

    public IDisposable? TryLock(string path, out string holder)
    {
        holder = "another test";
        lock (_gate)
            return _locks.Add(path) ? new Unlock(() => _locks.Remove(path)) : null;
    }

    private sealed class Content
    {
        public List<byte> Bytes { get; init; } = [];

        public byte[] Flushed { get; set; } = [];

        /// <summary>What the next flush writes: first byte and the one behind the last.</summary>
        public List<(int Start, int End)> Dirty { get; } = [];

        public void Flush()
        {
            var flushed = new byte[Bytes.Count];
            Flushed.AsSpan(0, Math.Min(Flushed.Length, flushed.Length)).CopyTo(flushed);
            foreach (var (start, end) in Dirty.Where(range => range.Start < Bytes.Count))
                Bytes.CopyTo(start, flushed, start, Math.Min(end, Bytes.Count) - start);
            Flushed = flushed;
            Dirty.Clear();
        }
    }

    private sealed class Unlock(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private sealed class MemoryFile(MemoryFiles files, string path, Content content) : IFile
    {
        public string Path => path;

        public long Length
        {
            get
            {
                lock (files._gate)
                    return content.Bytes.Count;
            }
        }

        public int Read(long offset, Span<byte> destination)
        {
            lock (files._gate)
            {
                var count = (int)Math.Clamp(content.Bytes.Count - offset, 0, destination.Length);
                if (count == 0)
                    return 0;
                files.BytesRead += count;
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(content.Bytes).Slice((int)offset, count).CopyTo(destination);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            files.Before(FileAct.Write, path);
            lock (files._gate)
            {
                files.Writes++;
                var room = files.Capacity - files._files.Values.Sum(other => (long)other.Bytes.Count) + content.Bytes.Count - offset;
                var written = (int)Math.Min(bytes.Length, Math.Max(0, room));
                Put((int)offset, bytes[..written]);
                if (written < bytes.Length)
                    throw new IOException("No space left on device", 28);
            }
        }

        public void Truncate(long length)
        {
            files.Before(FileAct.Truncate, path);
            lock (files._gate)
                content.Bytes.RemoveRange((int)length, content.Bytes.Count - (int)length);
        }

        public void Flush()
        {
            try
            {
                files.Before(FileAct.Flush, path);
            }
            catch
            {
                lock (files._gate)
                    content.Dirty.Clear();
                throw;
            }
            lock (files._gate)
            {
                files.Flushes++;
                content.Flush();
            }
        }

        public void Dispose()
        {
        }

        private void Put(int offset, ReadOnlySpan<byte> bytes)
        {
            var list = content.Bytes;
            content.Dirty.Add((offset, offset + bytes.Length));
            while (list.Count < offset)
                list.Add(0);
            var over = Math.Min(bytes.Length, list.Count - offset);
            for (var i = 0; i < over; i++)
                list[offset + i] = bytes[i];
            list.AddRange(bytes[over..]);
        }
    }
}
