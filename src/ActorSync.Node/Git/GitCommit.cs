using System.Security.Cryptography;
using System.Text;

namespace ActorSync.Node.Git;

/// <summary>One commit of a git history, as git stores it.</summary>
/// <param name="Oid">Its name.</param>
/// <param name="Parents">The parents it names, in its order; some may be named twice, some may be absent from a shallow history.</param>
/// <param name="Raw">The bytes of the commit object: headers, signatures and message in whatever encoding, untouched.</param>
public sealed record GitCommit(GitOid Oid, IReadOnlyList<GitOid> Parents, ReadOnlyMemory<byte> Raw)
{
    /// <summary>
    /// Reads the parents out of a raw commit object. As git does, only the parent lines right after the tree line are
    /// taken: what looks like one in a signature, a merged tag or the message is text.
    /// </summary>
    public static Result<GitCommit> Parse(GitOid oid, ReadOnlyMemory<byte> raw)
    {
        var rest = raw.Span;
        if (!TryTake(ref rest, "tree "u8, out _))
            return Malformed(oid, "it does not begin with a tree");
        List<GitOid>? parents = null;
        while (rest.StartsWith("parent "u8))
        {
            if (!TryTake(ref rest, "parent "u8, out var parent) || parent.Size != oid.Size)
                return Malformed(oid, "one of its parents is not an object id");
            (parents ??= []).Add(parent);
        }
        return new GitCommit(oid, parents ?? (IReadOnlyList<GitOid>)[], raw);
    }

    /// <summary>The name that git gives a commit object with these bytes.</summary>
    /// <param name="raw">The bytes of the commit object.</param>
    /// <param name="oidSize">20 for SHA-1, 32 for SHA-256.</param>
    public static GitOid Identify(ReadOnlySpan<byte> raw, int oidSize)
    {
        using var hash = IncrementalHash.CreateHash(oidSize == GitOid.Sha256Size ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes($"commit {raw.Length}\0"));
        hash.AppendData(raw);
        return new GitOid(hash.GetHashAndReset());
    }

    internal static SyncError TooLarge(GitOid oid, long size, int commitBytes) =>
        new(SyncErrorKind.CommandTooLarge, $"the commit {oid} has {size} bytes, a command carries at most {commitBytes}: this history cannot be imported");

    private static bool TryTake(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out GitOid oid)
    {
        oid = default;
        var end = rest.IndexOf((byte)'\n');
        if (end < 0 || !rest.StartsWith(name) || !GitOid.TryParse(rest[name.Length..end], out oid))
            return false;
        rest = rest[(end + 1)..];
        return true;
    }

    private static SyncError Malformed(GitOid oid, string why) =>
        new(SyncErrorKind.MalformedPayload, $"the commit {oid} is malformed: {why}; `git fsck` shows what else is damaged");
}
