using System.Text.Json.Serialization;

namespace ActorSync.Node.Control;

// What travels over the control socket as JSON, and what --json prints. Ids and digests are lower-case hexadecimal,
// payloads base64, times UTC.

/// <summary>A graph that was begun, or was here already with the same init command.</summary>
public sealed record GraphCreated(string Graph);

/// <summary>A command that is durable now, and when the node knew that it is.</summary>
public sealed record CommandAdded(string Graph, string Id, int MaxCut, DateTimeOffset Time);

/// <summary>Where a command stands.</summary>
public sealed record AddressRecord(string Id, int MaxCut);

/// <summary>One command. <paramref name="Size"/> is that of its payload, <paramref name="WireSize"/> that of the command as it is stored and sent, in bytes.</summary>
public sealed record LogEntry(int Ordinal, string Id, int MaxCut, string Priority, IReadOnlyList<AddressRecord> Priors, int Size, int WireSize, byte[] Payload);

/// <summary>Commands, newest first, of a graph that holds so many; the rest begins before the ordinal <paramref name="Next"/>.</summary>
public sealed record LogPage(string Graph, int Commands, IReadOnlyList<LogEntry> Entries, int? Next);

/// <summary>Which facts: those of a name, or of all when that is null, whose keys begin with these characters in UTF-8.</summary>
public sealed record FactQuery(string? Name, string Prefix);

/// <summary>One fact.</summary>
public sealed record FactEntry(string Name, byte[] Key, byte[] Value);

/// <summary>A command at its place in the weave. <paramref name="Size"/> is that of its payload in bytes.</summary>
public sealed record WeaveEntry(int Place, string Id, int MaxCut, string Priority, int Size, byte[] Payload);

/// <summary>One committed version of a graph, and when the node saw it committed.</summary>
public sealed record GraphVersion(string Graph, DateTimeOffset Time, int Commands, int Heads, int MaxCut, string Digest);

/// <summary>Commands checked, of so many.</summary>
public sealed record VerifyProgress(long Checked, long Total);

/// <summary>What a walk over a graph found; the first few problems in words.</summary>
public sealed record VerifyReport(string Graph, int Commands, long Bytes, int Heads, string Digest, int ProblemCount, IReadOnlyList<string> Problems);

/// <summary>Asks for one poll. <paramref name="MaxBytes"/> bounds the payloads of the answer; 0 for no limit.</summary>
public sealed record SyncRequest(string Peer, string Graph, long MaxBytes = 0);

/// <summary>Commands durable here, and commands still to come as the peer says.</summary>
public sealed record SyncProgress(long Received, long Left);

/// <summary>
/// How a poll ended. <paramref name="Complete"/>: all that the peer held when it answered is here; otherwise the byte limit
/// cut the answer, and there is something <paramref name="Remaining"/>, or commands were <paramref name="Rejected"/> here, so
/// many, each with all that follows it. <paramref name="WasLevel"/>: neither side held anything that the other lacked, before
/// this poll brought anything.
/// </summary>
public sealed record SyncReport(string Peer, string Graph, bool Complete, bool WasLevel, long Received, long Added, bool Remaining, int RoundTrips, double Seconds, int Rejected = 0);

/// <summary>Names a peer: by an endpoint, or by the first digits of the id of a node that was met.</summary>
public sealed record PeerRequest(string Peer);

/// <summary>Names a member of the mesh, by the first digits of its name.</summary>
public sealed record MemberRequest(string Member);

/// <summary>A peer that is linked now: the name it was asked for by, and its node id.</summary>
public sealed record PeerLinked(string Peer, string Node);

/// <summary>Names a graph at a peer; as an answer, that what was asked for it is done.</summary>
public sealed record PeerGraph(string Peer, string Graph);

/// <summary>
/// Asks to be told when a graph changes at a peer. Times are in seconds; what is left out is as the node's settings say.
/// </summary>
/// <param name="Peer">The peer.</param>
/// <param name="Graph">The graph.</param>
/// <param name="ChangeDelaySeconds">The least time between two notifications of changes.</param>
/// <param name="DurationSeconds">How long one request lasts; it is renewed.</param>
/// <param name="ScheduleDelaySeconds">A notification comes after so long even without a change; 0 for never.</param>
public sealed record HelloRequest(
    string Peer, string Graph, double? ChangeDelaySeconds = null, double? DurationSeconds = null, double? ScheduleDelaySeconds = null);

/// <summary>
/// Asks to import a git repository: the full path of its folder, as the node sees it. What HEAD reaches is read, or with
/// <paramref name="All"/> what any reference does.
/// </summary>
public sealed record ImportRequest(string Path, bool All = false);

/// <summary>Commits imported, of so many.</summary>
public sealed record ImportProgress(long Commits, long Total);

/// <summary>How an import ended. Merge commands make the commands more than the commits.</summary>
public sealed record ImportReport(string Graph, long Commits, long Commands, long Added, double Seconds);

/// <summary>Asks to wait until all is level.</summary>
public sealed record WaitRequest(double TimeoutSeconds);

/// <summary>Pairs of peer and graph that are level, of so many.</summary>
public sealed record WaitProgress(int Level, int Pairs);

/// <summary>How a wait ended; level in time or not, with every pair of peer and graph.</summary>
public sealed record WaitReport(bool Level, double Seconds, IReadOnlyList<PairReport> Pairs);

/// <summary>One pair of peer and graph (null: none in common yet), and why it is not level.</summary>
public sealed record PairReport(string Peer, string? Graph, bool Level, string? Why);

/// <summary>An error as JSON.</summary>
public sealed record ErrorBody(ErrorRecord Error);

/// <summary>The kind of a <see cref="SyncError"/> and its sentence.</summary>
public sealed record ErrorRecord(SyncErrorKind Kind, string Message)
{
    public static ErrorRecord Of(SyncError error) => new(error.Kind, error.Message);

    public SyncError ToError() => new(Kind, Message);
}

/// <summary>One line of a long answer: progress, and at the end a result or an error; what it is not is left out.</summary>
public sealed record StreamLine<TProgress, TResult>(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TProgress? Progress = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TResult? Result = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ErrorRecord? Error = null)
    where TProgress : class
    where TResult : class;
