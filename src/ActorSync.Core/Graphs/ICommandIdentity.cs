namespace ActorSync.Graphs;

/// <summary>
/// How the ids of a graph's commands are derived. Without one an id is the SHA-256 of the command's canonical bytes;
/// another format's ids can be replayed by a hook that hashes that format's bytes.
/// </summary>
public interface ICommandIdentity
{
    /// <summary>The id that follows from a command's parts, and from nothing else.</summary>
    CommandId Identify(Prior prior, Priority priority, ReadOnlySpan<byte> payload);
}
