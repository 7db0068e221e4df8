using ActorSync.Peers;

namespace ActorSync.Transport.Streams;

/// <summary>
/// A stream of bytes to another node and how it ends: the seam between links and what carries them. TLS is another
/// <see cref="Stream"/> here, and nothing above changes.
/// </summary>
internal interface IConnection
{
    /// <summary>Reads and writes may overlap each other, two reads or two writes never do.</summary>
    Stream Stream { get; }

    /// <summary>The other end as people write it.</summary>
    string RemoteName { get; }

    /// <summary>Null, or why the other end cannot be who it says it is, where the connection has proof of that.</summary>
    SyncError? Admit(PeerIdentity peer) => null;

    /// <summary>
    /// Tells the other end that no more bytes come, and throws away what still arrives until it has stopped too: closing
    /// with unread bytes would reset the connection and could destroy what was just sent. A read may be pending.
    /// </summary>
    Task FinishAsync(CancellationToken cancellation);

    /// <summary>Closes at once; pending reads and writes fail. Safe to repeat.</summary>
    void Abort();
}
