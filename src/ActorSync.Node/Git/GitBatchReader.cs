using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace ActorSync.Node.Git;

/// <summary>
/// Reads the answers of <c>git cat-file --batch</c>: a line <c>oid type size</c>, that many bytes and a line break; or
/// <c>oid missing</c>.
/// </summary>
internal sealed class GitBatchReader(Stream output, int commitBytes)
{
    private readonly PipeReader _pipe = PipeReader.Create(output);

    /// <summary>The next answer, which must be that commit; null when the output ends.</summary>
    public async ValueTask<Result<GitCommit>?> ReadAsync(GitOid oid, CancellationToken cancellation)
    {
        if (await ReadLineAsync(cancellation) is not { } line)
            return null;
        if (!TryReadSize(line, oid, out var size))
            return new SyncError(SyncErrorKind.InvalidRequest, $"git cannot give the commit {oid}, it says: {line}; `git fsck` shows what is damaged");
        if (size > commitBytes)
            return GitCommit.TooLarge(oid, size, commitBytes);
        var result = await _pipe.ReadAtLeastAsync((int)size + 1, cancellation);
        if (result.Buffer.Length <= size)
            return null;
        var raw = result.Buffer.Slice(0, size).ToArray();
        _pipe.AdvanceTo(result.Buffer.GetPosition(size + 1));
        return GitCommit.Parse(oid, raw);
    }

    private static bool TryReadSize(string line, GitOid oid, out long size)
    {
        size = 0;
        var fields = line.Split(' ');
        return fields is [var name, "commit", var digits]
            && GitOid.TryParse(name, out var answered) && answered == oid
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out size);
    }

    private async ValueTask<string?> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await _pipe.ReadAsync(cancellation);
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end));
                _pipe.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }
            _pipe.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                return null;
        }
    }
}
