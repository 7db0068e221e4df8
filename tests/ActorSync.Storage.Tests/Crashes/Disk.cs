namespace ActorSync.Storage.Tests.Crashes;

/// <summary>What becomes of writes and names that were not flushed when the power fails.</summary>
internal enum Loss
{
    /// <summary>All are gone.</summary>
    All,

    /// <summary>All had reached the disk.</summary>
    Nothing,

    /// <summary>All names and all writes but the last of each file, of which a part had.</summary>
    Tail,

    /// <summary>Each file keeps some sectors and loses others; each folder keeps the first of its changes.</summary>
    Sectors,

    /// <summary>As before, drawn differently; what a lost sector holds is no zeros but what lay there before.</summary>
    Garbage,
}

/// <summary>
/// A disk that a journal is played to, act by act, with what of it is durable: a file's bytes once it is flushed, a name
/// (made, renamed, deleted) once its folder is. A crash makes of it one of the disks that could be found afterwards.
/// </summary>
internal sealed class Disk
{
    private const int Sector = 512;

    private readonly Folder _root = new();
    private readonly Dictionary<int, Content> _handles = [];

    /// <param name="files">What is on it at first, all durable; nothing unless given.</param>
    public Disk(MemoryFiles? files = null)
    {
        foreach (var folder in files?.Folders.Where(folder => folder != "/") ?? [])
            Make(folder, new Folder());
        foreach (var file in files?.Files ?? [])
            Make(file, new Content(files![file]));

        void Make(string path, object made)
        {
            Change(path, made);
            ParentOf(path).Flush();
        }
    }

    public void Play(DiskAct act)
    {
        switch (act.Act)
        {
            case FileAct.CreateFolder:
                Change(act.Path, new Folder());
                break;
            case FileAct.Create:
                Change(act.Path, _handles[act.Handle] = new Content([]));
                break;
            case FileAct.Open:
                _handles[act.Handle] = (Content)Find(act.Path);
                break;
            case FileAct.Write:
                _handles[act.Handle].Pending.Add((act.Offset, act.Bytes));
                break;
            case FileAct.Truncate:
                _handles[act.Handle].Pending.Add((act.Offset, null));
                break;
            case FileAct.Flush:
                _handles[act.Handle].Flush();
                break;
            case FileAct.Rename:
                var moved = Find(act.Path);
                ParentOf(act.Path).Pending.Add(names =>
                {
                    names.Remove(Path.GetFileName(act.Path));
                    names[Path.GetFileName(act.NewPath)] = moved;
                });
                break;
            case FileAct.Delete:
                Change(act.Path, null);
                break;
            case FileAct.FlushFolder:
                ((Folder)Find(act.Path)).Flush();
                break;
        }
    }

    /// <summary>A disk that could be found if the power failed now.</summary>
    public MemoryFiles Crash(Loss loss, int seed)
    {
        var files = new MemoryFiles();
        Put(files, "/", _root, loss, new Random(seed));
        return files;
    }

    private void Change(string path, object? made) => ParentOf(path).Pending.Add(names =>
    {
        if (made is null)
            names.Remove(Path.GetFileName(path));
        else
            names[Path.GetFileName(path)] = made;
    });

    private Folder ParentOf(string path) => (Folder)Find(Path.GetDirectoryName(path)!);

    private object Find(string path)
    {
        object at = _root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            at = ((Folder)at).Names(int.MaxValue)[name];
        return at;
    }

    private static void Put(MemoryFiles files, string path, Folder folder, Loss loss, Random random)
    {
        files.CreateFolder(path);
        var kept = loss switch
        {
            Loss.All => 0,
            Loss.Nothing or Loss.Tail => int.MaxValue,
            _ => random.Next(folder.Pending.Count + 1),
        };
        foreach (var (name, node) in folder.Names(kept))
        {
            var at = Path.Combine(path, name);
            if (node is Folder inner)
                Put(files, at, inner, loss, random);
            else
                files[at] = ((Content)node).After(loss, random);
        }
    }

    private sealed class Folder
    {
        private Dictionary<string, object> _durable = [];

        public List<Action<Dictionary<string, object>>> Pending { get; } = [];

        public Dictionary<string, object> Names(int kept)
        {
            var names = new Dictionary<string, object>(_durable);
            foreach (var change in Pending.Take(kept))
                change(names);
            return names;
        }

        public void Flush()
        {
            _durable = Names(int.MaxValue);
            Pending.Clear();
        }
    }

    private sealed class Content(byte[] durable)
    {
        private byte[] _durable = durable;

        /// <summary>Writes, and truncations where there are no bytes, since the last flush.</summary>
        public List<(long Offset, byte[]? Bytes)> Pending { get; } = [];

        public void Flush()
        {
            _durable = Apply(Pending);
            Pending.Clear();
        }

        public byte[] After(Loss loss, Random random) => loss switch
        {
            _ when Pending.Count == 0 => _durable,
            Loss.All => _durable,
            Loss.Nothing => Apply(Pending),
            Loss.Tail => Apply([.. Pending.SkipLast(1), Torn(Pending[^1], random)]),
            _ => Mixed(random, loss == Loss.Garbage),
        };

        private static (long, byte[]?) Torn((long Offset, byte[]? Bytes) write, Random random) =>
            (write.Offset, write.Bytes?[..random.Next(write.Bytes.Length)]);

        // Sector by sector what was flushed or what was written since. The file has one of the lengths that it had.
        private byte[] Mixed(Random random, bool garbage)
        {
            var (old, now) = (_durable, Apply(Pending.Take(random.Next(Pending.Count + 1))));
            var mixed = new byte[now.Length];
            for (var at = 0; at < mixed.Length; at += Sector)
            {
                var length = Math.Min(Sector, mixed.Length - at);
                if (random.Next(2) == 0)
                    now.AsSpan(at, length).CopyTo(mixed.AsSpan(at));
                else if (garbage && at >= old.Length)
                    random.NextBytes(mixed.AsSpan(at, length));
                else
                    old.AsSpan(Math.Min(at, old.Length)..Math.Min(at + length, old.Length)).CopyTo(mixed.AsSpan(at));
            }
            return mixed;
        }

        private byte[] Apply(IEnumerable<(long Offset, byte[]? Bytes)> changes)
        {
            var bytes = new List<byte>(_durable);
            foreach (var (offset, written) in changes)
            {
                var end = written is null ? (int)offset : Math.Max(bytes.Count, (int)offset + written.Length);
                if (end < bytes.Count)
                    bytes.RemoveRange(end, bytes.Count - end);
                bytes.AddRange(new byte[end - bytes.Count]);
                written?.CopyTo(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[(int)offset..]);
            }
            return [.. bytes];
        }
    }
}
