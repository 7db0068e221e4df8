using ActorSync.Peers;

namespace ActorSync.States.Exchange;

/// <summary>
/// A peer of a state without a link: it is handed entries, and asked for all it holds. Over HTTP that is all there is.
/// Its calls end by themselves, with an error rather than an exception.
/// </summary>
public interface IPlainPeer
{
    /// <summary>What stands for it among the peers.</summary>
    NodeId Id { get; }

    /// <summary>Where it is, for people.</summary>
    string Name { get; }

    /// <summary>Bytes of answers so far.</summary>
    long BytesReceived { get; }

    /// <summary>Bytes of requests so far.</summary>
    long BytesSent { get; }

    /// <summary>Hands entries over: all are durable there when it ends, or none is.</summary>
    /// <returns>The version there with them; null when the peer does not say.</returns>
    Task<Result<StateVersion?>> HandAsync(IReadOnlyList<StateEntry> entries);

    /// <summary>Asks for all it holds, unless that has this version.</summary>
    /// <returns>All it holds; null when the versions are equal.</returns>
    Task<Result<IReadOnlyList<StateEntry>?>> AskAsync(StateVersion version);
}
