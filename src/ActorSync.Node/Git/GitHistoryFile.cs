using System.IO.Compression;
using System.Security.Cryptography;
using ActorSync.Wire;

namespace ActorSync.Node.Git;

/// <summary>
/// A git history in one file, for places without git:
/// <code>
/// byte*16  "ActorSync hist 1"
/// Brotli of
///   byte     size of an object id: 20 or 32
///   varint   commits
///   varint   roots, then their ids in order
///   commit*  varint length, the raw commit object; parents first
///   byte*32  SHA-256 of all before it, uncompressed
/// </code>
/// Ids of commits are not stored but follow from their bytes, so that a commit that was changed is not found by those
/// that follow it.
/// </summary>
public sealed class GitHistoryFile : IGitHistory
{
    private readonly GitReadOptions _options;
    private readonly int _oidSize;

    private GitHistoryFile(string path, GitReadOptions options, int oidSize, int commits, GitOid[] roots)
    {
        Source = path;
        _options = options;
        _oidSize = oidSize;
        CommitCount = commits;
        Roots = roots;
    }

    private static ReadOnlySpan<byte> Magic => "ActorSync hist 1"u8;

    /// <summary>The history of ActorSync itself, which is delivered beside the program.</summary>
    public static string Packaged => Path.Combine(AppContext.BaseDirectory, "samples", "data", "actorsync.history");

    /// <inheritdoc />
    public string Source { get; }

    /// <inheritdoc />
    public int CommitCount { get; }

    /// <inheritdoc />
    public IReadOnlyList<GitOid> Roots { get; }

    /// <summary>Opens a file. The error says that it is not there, not a history, or damaged.</summary>
    public static Result<GitHistoryFile> Open(string path, GitReadOptions? options = null)
    {
        var full = Path.GetFullPath(path);
        try
        {
            using var content = new HashedReader(full, OpenContent(full));
            var (oidSize, commits, roots) = ReadHeader(content);
            return new GitHistoryFile(full, options ?? GitReadOptions.Default, oidSize, commits, roots);
        }
        catch (SyncException e)
        {
            return e.Error;
        }
    }

    /// <summary>Writes a history to a file, in place of one that is there; gives the bytes of the file.</summary>
    /// <exception cref="SyncException">The history cannot be read to its end.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<long> WriteAsync(string path, IGitHistory history, CancellationToken cancellation = default)
    {
        // Beside the file first: what is there stays whole until the new one is.
        var draft = $"{path}.new";
        try
        {
            await using (var file = File.Create(draft))
                await WriteAsync(file, history, cancellation);
            File.Move(draft, path, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
        return new FileInfo(path).Length;
    }

    /// <inheritdoc />
    public IAsyncEnumerable<GitCommit> ReadAsync(CancellationToken cancellation = default) => Read(cancellation).ToAsyncEnumerable();

    // Decompressing a local file is work, there is nothing to wait for.
    private IEnumerable<GitCommit> Read(CancellationToken cancellation)
    {
        using var content = new HashedReader(Source, OpenContent(Source));
        ReadHeader(content);
        for (var i = 0; i < CommitCount; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var length = content.ReadVarint($"the length of commit {i}");
            if (length > (ulong)_options.CommitBytes)
                throw new SyncException(new SyncError(SyncErrorKind.CommandTooLarge, $"commit {i} in {Source} has {length} bytes, a command carries at most {_options.CommitBytes}: package another history"));
            var raw = content.Read((int)length, $"commit {i}");
            yield return GitCommit.Parse(GitCommit.Identify(raw, _oidSize), raw).Value;
        }
        content.CheckHash();
    }

    private static async Task WriteAsync(FileStream file, IGitHistory history, CancellationToken cancellation)
    {
        file.Write(Magic);
        await using var content = new HashedWriter(new BrotliStream(file, CompressionLevel.SmallestSize, leaveOpen: true));
        content.WriteByte((byte)history.Roots[0].Size);
        content.WriteVarint(history.CommitCount);
        content.WriteVarint(history.Roots.Count);
        foreach (var root in history.Roots)
            content.Write(root.ToArray());
        await foreach (var commit in history.ReadAsync(cancellation))
        {
            content.WriteVarint(commit.Raw.Length);
            content.Write(commit.Raw.Span);
        }
        content.WriteHash();
    }

    private static BrotliStream OpenContent(string path)
    {
        try
        {
            var file = File.OpenRead(path);
            var magic = new byte[Magic.Length];
            if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && Magic.SequenceEqual(magic))
                return new BrotliStream(file, CompressionMode.Decompress);
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SyncException(new SyncError(SyncErrorKind.InvalidRequest, $"the packaged history {path} cannot be read: {e.Message}"), e);
        }
        throw new SyncException(new SyncError(SyncErrorKind.InvalidRequest, $"{path} is not a packaged history: name one, or the folder of a git repository"));
    }

    private static (int OidSize, int Commits, GitOid[] Roots) ReadHeader(HashedReader content)
    {
        int oidSize = content.Read(1, "the size of ids")[0];
        if (!GitOid.IsSize(oidSize))
            throw content.Damaged($"its ids have {oidSize} bytes");
        var (commits, roots) = (content.ReadVarint("the count of commits"), content.ReadVarint("the count of roots"));
        if (commits is 0 or > int.MaxValue || roots is 0 || roots > commits)
            throw content.Damaged($"it says to hold {commits} commits and {roots} roots");
        var oids = new List<GitOid>();
        while (oids.Count < (int)roots)
            oids.Add(new GitOid(content.Read(oidSize, "the roots")));
        return (oidSize, (int)commits, [.. oids]);
    }

    /// <summary>Writes and hashes what is written.</summary>
    private sealed class HashedWriter(Stream inner) : IAsyncDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Write(ReadOnlySpan<byte> bytes)
        {
            inner.Write(bytes);
            _hash.AppendData(bytes);
        }

        public void WriteByte(byte value) => Write([value]);

        public void WriteVarint(int value)
        {
            Span<byte> bytes = stackalloc byte[Varint.MaxSize];
            Write(bytes[..Varint.Write(bytes, (ulong)value)]);
        }

        public void WriteHash() => inner.Write(_hash.GetHashAndReset());

        public async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            _hash.Dispose();
        }
    }

    /// <summary>Reads and hashes what is read; what ends early or does not decompress is damage, named with the file.</summary>
    private sealed class HashedReader(string path, Stream inner) : IDisposable
    {
        private readonly BufferedStream _buffered = new(inner, 1 << 16);
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public byte[] Read(int length, string what)
        {
            var bytes = new byte[length];
            Fill(bytes, what);
            _hash.AppendData(bytes);
            return bytes;
        }

        public ulong ReadVarint(string what)
        {
            Span<byte> bytes = stackalloc byte[Varint.MaxSize];
            for (var i = 0; i < bytes.Length; i++)
            {
                Fill(bytes.Slice(i, 1), what);
                if (bytes[i] >= 0x80)
                    continue;
                _hash.AppendData(bytes[..(i + 1)]);
                return Varint.TryRead(bytes[..(i + 1)], out var value, out _) ? value : throw Damaged($"{what} is out of range");
            }
            throw Damaged($"{what} is out of range");
        }

        public void CheckHash()
        {
            var expected = _hash.GetHashAndReset();
            var bytes = new byte[expected.Length];
            Fill(bytes, "the hash at its end");
            if (!expected.AsSpan().SequenceEqual(bytes))
                throw Damaged("its bytes do not hash to what its end says");
        }

        public SyncException Damaged(string why) => new(new SyncError(SyncErrorKind.StoreDamaged, $"the packaged history {path} is damaged: {why}; package it again"));

        public void Dispose()
        {
            _buffered.Dispose();
            _hash.Dispose();
        }

        private void Fill(Span<byte> bytes, string what)
        {
            try
            {
                if (_buffered.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
                    throw Damaged($"it ends in {what}");
            }
            catch (Exception e) when (e is IOException or InvalidDataException or InvalidOperationException)
            {
                throw Damaged($"{what} cannot be read ({e.Message})");
            }
        }
    }
}
