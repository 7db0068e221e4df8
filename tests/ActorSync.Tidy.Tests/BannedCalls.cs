using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace ActorSync.Tidy.Tests;

/// <summary>
/// What the protocol core may not reach, read from the compiled assembly, so that no alias or helper hides it; and what
/// no room may contain. Each ban says what to use in its place.
/// </summary>
public sealed partial class BannedCalls
{
    // Whole namespaces and types, by prefix of the full name.
    private static readonly (string Prefix, string Instead)[] BannedTypes =
    [
        ("Akka.", "machines; an actor interprets them"),
        ("System.Net.", "ILink: payloads come as inputs and go as outputs"),
        ("System.IO.File", "IGraphStore: writes are outputs"),
        ("System.IO.Directory", "IGraphStore: writes are outputs"),
        ("System.IO.RandomAccess", "IGraphStore: writes are outputs"),
        ("System.Diagnostics.Stopwatch", "the time that comes with the input"),
        ("System.Threading.Timer", "an output that asks for a timer"),
        ("System.Threading.Thread", "machines: one input at a time"),
        ("System.TimeProvider", "the time that comes with the input"),
        ("System.Security.Cryptography.RandomNumberGenerator", "a Random handed in at construction"),
        ("System.Console", "an output"),
    ];

    private static readonly (string Member, string Instead)[] BannedMembers =
    [
        ("System.Random..ctor", "a Random handed in at construction"),
        ("System.Random.get_Shared", "a Random handed in at construction"),
        ("System.Guid.NewGuid", "a Random handed in at construction"),
        ("System.DateTime.get_Now", "the time that comes with the input"),
        ("System.DateTime.get_UtcNow", "the time that comes with the input"),
        ("System.DateTimeOffset.get_Now", "the time that comes with the input"),
        ("System.DateTimeOffset.get_UtcNow", "the time that comes with the input"),
        ("System.Environment.get_TickCount", "the time that comes with the input"),
        ("System.Environment.get_TickCount64", "the time that comes with the input"),
        ("System.Environment.GetEnvironmentVariable", "a setting handed in at construction"),
        ("System.Threading.Tasks.Task.Delay", "an output that asks for a timer"),
        ("System.Threading.Tasks.Task.Run", "machines: one input at a time"),
    ];

    [Fact]
    public void The_core_reaches_no_clock_socket_file_actor_or_random_source()
    {
        using var stream = File.OpenRead(typeof(SyncError).Assembly.Location);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();

        Assert.Empty(Types(metadata).SelectMany(type => BannedTypes.Where(ban => type.StartsWith(ban.Prefix, StringComparison.Ordinal)).Select(ban => $"{type}: use {ban.Instead}")));
        Assert.Empty(Members(metadata).SelectMany(member => BannedMembers.Where(ban => member == ban.Member).Select(ban => $"{member}: use {ban.Instead}")));
    }

    [Fact]
    public void The_core_references_only_the_framework()
    {
        var others = typeof(SyncError).Assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => !name.StartsWith("System.", StringComparison.Ordinal));
        Assert.Empty(others);
    }

    [Fact]
    public void The_bans_can_be_seen_to_bite()
    {
        using var stream = File.OpenRead(typeof(BannedCalls).Assembly.Location);
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        Assert.Contains(Types(metadata), type => type == "System.IO.File");
        Assert.Contains(Members(metadata), member => member == "System.IO.File.OpenRead");
    }

    [Fact]
    public void No_room_blocks_a_thread_or_throws_errors_away()
    {
        // The engine is what runs the others: it may wait. So may whoever starts a node in an actor system, as it does for that.
        string[] mayWait = ["src/ActorSync.Embedded", "src/ActorSync.Actors/Hosting/UserSystem.cs"];
        var found = SourceFiles.Below("src")
            .Where(file => !mayWait.Any(room => SourceFiles.Relative(file).StartsWith(room, StringComparison.Ordinal)))
            .SelectMany(file => File.ReadLines(file).Select((line, number) => (file, line, number)))
            .Where(at => Blocking().IsMatch(at.line) && !at.line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(at => $"{SourceFiles.Relative(at.file)}:{at.number + 1}: {at.line.Trim()}");
        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var folders = new[] { "src", "tests", "samples" };
        var found = folders.SelectMany(SourceFiles.Below)
            .Where(file => Path.GetFileName(file) != "BannedCalls.cs")
            .SelectMany(file => File.ReadLines(file).Select((line, number) => (file, line, number)))
            .Where(at => Leftover().IsMatch(at.line))
            .Select(at => $"{SourceFiles.Relative(at.file)}:{at.number + 1}: {at.line.Trim()}");
        Assert.Empty(found);
    }

    private static IEnumerable<string> Types(MetadataReader metadata) =>
        metadata.TypeReferences.Select(handle => NameOf(metadata, handle));

    private static IEnumerable<string> Members(MetadataReader metadata) =>
        from handle in metadata.MemberReferences
        let member = metadata.GetMemberReference(handle)
        where member.Parent.Kind == HandleKind.TypeReference
        select $"{NameOf(metadata, (TypeReferenceHandle)member.Parent)}.{metadata.GetString(member.Name)}";

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}";
    }

    [GeneratedRegex(@"async void|Thread\.Sleep|GetAwaiter\(\)\.GetResult\(\)|\.Wait\(\)|catch\s*(\(Exception\))?\s*\{\s*\}")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Leftover();
}
