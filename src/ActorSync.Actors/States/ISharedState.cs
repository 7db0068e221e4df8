using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;

namespace ActorSync;

/// <summary>
/// A shared state: a map of keys to JSON values that every node of it holds and may write, and that comes level by itself
/// (docs/state.md). Of two writes of a key the later stands. Expected failures are values.
/// </summary>
public interface ISharedState
{
    StateName Name { get; }

    /// <summary>Gives a key a value: JSON in UTF-8. Ends when it is durable here.</summary>
    /// <param name="key">The key.</param>
    /// <param name="json">Its value.</param>
    /// <param name="ttl">How long it counts; null for what the settings say.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>
    /// Whether it is what the key has now; or nothing was kept: InvalidRequest, LimitExceeded, ClockAhead, Busy, StoreFailed.
    /// </returns>
    Task<Result<StateSetResult>> SetAsync(string key, ReadOnlyMemory<byte> json, TimeSpan? ttl = null, CancellationToken cancellation = default);

    /// <summary>Deletes a key, here and at the peers, whether it has a value here or not. Ends when that is durable here.</summary>
    Task<Result<StateSetResult>> DeleteAsync(string key, CancellationToken cancellation = default);

    /// <summary>Several writes, all or none; what became of each is told.</summary>
    Task<Result<StateSetResult>> WriteAsync(IReadOnlyList<StateSet> writes, CancellationToken cancellation = default);

    /// <summary>
    /// The same; with <paramref name="allWin"/> none is written, and the error (InvalidRequest) names which, when one of them is older
    /// than what is held, or past. One that is held already, as it is, counts as written.
    /// </summary>
    Task<Result<StateSetResult>> WriteAsync(IReadOnlyList<StateSet> writes, bool allWin, CancellationToken cancellation = default);

    /// <summary>The entry of a key; null when it has no value, or none that counts any more.</summary>
    Task<Result<StateEntry?>> GetAsync(string key, CancellationToken cancellation = default);

    /// <summary>All entries whose keys begin so, in the order of their keys.</summary>
    Task<Result<StateContent>> ListAsync(string prefix = "", CancellationToken cancellation = default);

    /// <summary>
    /// What there is, and then every change. None is left out in silence: to a reader that falls too far behind, or when
    /// the state was opened anew, it is told once more what there is (<see cref="StateChange.IsWhole"/>), and it goes on.
    /// It ends with the node.
    /// </summary>
    /// <exception cref="SyncException">The state cannot be used, with the error of that.</exception>
    IAsyncEnumerable<StateChange> WatchAsync(string prefix = "", CancellationToken cancellation = default);

    /// <summary>Entries, version, what was exchanged, and how it stands with each peer.</summary>
    Task<StateStatus> StatusAsync(CancellationToken cancellation = default);

    /// <summary>The exchange with peers that are not linked, as over HTTP.</summary>
    IStateExchange Exchange { get; }
}

/// <summary>What carries a state to peers without a link, and serves those that ask.</summary>
public interface IStateExchange
{
    /// <summary>The peers that are handed changes and asked for all they hold are now these, beside those that are linked.</summary>
    void UsePeers(IReadOnlyCollection<IPlainPeer> peers);

    /// <summary>Takes entries that somebody hands over: all, or none when one of them cannot be. Ends when they are durable.</summary>
    /// <param name="source">Who; they are not handed back there.</param>
    /// <param name="entries">The entries.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    Task<Result<StateReceiveResult>> TakeAsync(NodeId source, IReadOnlyList<StateEntry> entries, CancellationToken cancellation = default);

    /// <summary>All that is held, tombstones included, unless the version is the one given: then no entries.</summary>
    Task<Result<StateContent>> ReadAsync(StateVersion? unless, CancellationToken cancellation = default);

    /// <summary>Counts bytes of bodies that were received and sent.</summary>
    void Count(long bytesReceived, long bytesSent);
}

/// <summary>Entries of one moment, and the version of the whole state with them.</summary>
public sealed record StateContent(IReadOnlyList<StateEntry> Entries, StateVersion Version);

/// <summary>A change of a state; or, when <paramref name="IsWhole"/>, what there is, and nothing else: whatever a reader knows beside it is gone.</summary>
/// <param name="IsWhole">Whether these are all entries that there are.</param>
/// <param name="Entries">Entries that there are now. Of a change a tombstone is one as well: that key was deleted.</param>
/// <param name="Expired">Entries that count no longer.</param>
/// <param name="Version">The version of the whole state with it.</param>
public sealed record StateChange(bool IsWhole, IReadOnlyList<StateEntry> Entries, IReadOnlyList<StateEntry> Expired, StateVersion Version);
