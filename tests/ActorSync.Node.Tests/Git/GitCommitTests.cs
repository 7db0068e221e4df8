using System.Text;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

public sealed class GitCommitTests
{
    private const string Tree = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";
    private const string One = "1111111111111111111111111111111111111111";
    private const string Two = "2222222222222222222222222222222222222222";

    private static readonly GitOid Oid = new(new byte[GitOid.Sha1Size]);

    [Fact]
    public void The_id_is_the_one_that_git_gives()
    {
        // git commit-tree of the empty tree, with these names and dates.
        const string Raw = Tree + "author A <a@example.org> 1700000000 +0000\ncommitter A <a@example.org> 1700000000 +0000\n\nfirst\n";

        Assert.Equal("94807b65e1aef8d1ec795a0c8b7964b7e150bf70", GitCommit.Identify(Encoding.ASCII.GetBytes(Raw), GitOid.Sha1Size).ToString());
    }

    [Fact]
    public void Parents_are_read_in_their_order_and_as_often_as_they_are_named()
    {
        var commit = Parse($"{Tree}parent {Two}\nparent {One}\nparent {Two}\nauthor A <a@b> 1 +0000\n\nm\n").Value;

        Assert.Equal([Two, One, Two], commit.Parents.Select(parent => parent.ToString()));
    }

    [Fact]
    public void What_looks_like_a_parent_in_a_signature_a_merged_tag_or_the_message_is_text()
    {
        var commit = Parse(
            $"{Tree}parent {One}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n" +
            $"mergetag object {Two}\n type commit\n tag v1\n \n parent {Two}\n" +
            $"gpgsig -----BEGIN PGP SIGNATURE-----\n \n parent {Two}\n -----END PGP SIGNATURE-----\n" +
            $"parent {Two}\n\nparent {Two}\n").Value;

        Assert.Equal([One], commit.Parents.Select(parent => parent.ToString()));
    }

    [Fact]
    public void Bytes_that_are_no_text_in_any_encoding_are_kept()
    {
        byte[] raw = [.. Encoding.ASCII.GetBytes($"{Tree}author \u0001"), 0xff, 0xfe, 0x00, 0x80, (byte)'\n', (byte)'\n', 0xc3];

        Assert.Equal(raw, GitCommit.Parse(Oid, raw).Value.Raw.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("tree 4b825d\n")]
    [InlineData("tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904")]
    [InlineData("parent 1111111111111111111111111111111111111111\n")]
    [InlineData(Tree + "parent 1111\n")]
    [InlineData(Tree + "parent 11111111111111111111111111111111111111zz\n")]
    [InlineData(Tree + "parent 1111111111111111111111111111111111111111")]
    [InlineData(Tree + "parent 1111111111111111111111111111111111111111111111111111111111111111\n")]
    public void A_malformed_commit_is_named(string raw)
    {
        var error = Parse(raw).Error;

        Assert.Equal(SyncErrorKind.MalformedPayload, error?.Kind);
        Assert.Contains(Oid.ToString(), error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GitOid.Sha1Size)]
    [InlineData(GitOid.Sha256Size)]
    public void An_id_reads_what_it_writes(int size)
    {
        byte[] bytes = [.. Enumerable.Range(1, size).Select(i => (byte)(i * 7))];
        var oid = new GitOid(bytes);

        Assert.Equal(bytes, oid.ToArray());
        Assert.True(GitOid.TryParse(oid.ToString(), out var read));
        Assert.Equal(oid, read);
        Assert.False(GitOid.TryParse(oid.ToString().AsSpan(1), out _));
        Assert.False(GitOid.TryParse(oid + "0", out _));
    }

    [Fact]
    public void Ids_of_two_sizes_differ_and_are_ordered_as_their_bytes()
    {
        var (shorter, longer) = (new GitOid(new byte[GitOid.Sha1Size]), new GitOid(new byte[GitOid.Sha256Size]));

        Assert.NotEqual(shorter, longer);
        Assert.True(shorter < longer);
        Assert.True(GitOid.TryParse(One, out var one) && GitOid.TryParse(Two, out var two) && one < two);
    }

    private static Result<GitCommit> Parse(string raw) => GitCommit.Parse(Oid, Encoding.ASCII.GetBytes(raw));
}
