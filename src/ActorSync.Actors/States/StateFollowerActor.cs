using System.Threading.Channels;
using ActorSync.States;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>
/// Hands the changes of a state to a reader outside of the actors. When the reader is too far behind nothing more is
/// kept for it; once it has caught up it is told what there is then, and the changes go on from there.
/// <code>
/// Waiting ──what there is──> Telling ──no room──> Behind ──the reader has room──> Waiting
/// </code>
/// </summary>
internal sealed class StateFollowerActor : ReceiveActor
{
    private readonly IActorRef _state;
    private readonly StateName _name;
    private readonly string _prefix;
    private readonly WatchQueue _queue;
    private readonly Func<bool> _isNodeEnding;

    public StateFollowerActor(IActorRef state, StateName name, string prefix, WatchQueue queue, Func<bool> isNodeEnding)
    {
        _isNodeEnding = isNodeEnding;
        _state = state;
        _name = name;
        _prefix = prefix;
        _queue = queue;
        Waiting();
    }

    public static Props Props(IActorRef state, StateName name, string prefix, WatchQueue queue, Func<bool> isNodeEnding) =>
        Akka.Actor.Props.Create(() => new StateFollowerActor(state, name, prefix, queue, isNodeEnding));

    protected override void PreStart()
    {
        Context.Watch(_state);
        _state.Tell(StateActor.Follow.Instance);
    }

    // With the node the watching ends.
    protected override void PostStop()
    {
        _state.Tell(StateActor.Unfollow.Instance);
        _queue.End(null);
    }

    private void Waiting()
    {
        Receive<StateActor.Content>(OnContent);
        Ending();
    }

    private void Telling()
    {
        Receive<StateActor.Content>(OnContent);
        Receive<StateActor.Changed>(changed => Offer(Of(changed)));
        Ending();
    }

    private void Behind()
    {
        Receive<Room>(_ =>
        {
            Become(Waiting);
            _state.Tell(StateActor.Follow.Instance);
        });
        Ending();
    }

    private void Ending()
    {
        Receive<Terminated>(_ => _queue.End(_isNodeEnding() ? null : new SyncError(SyncErrorKind.StoreFailed, $"the state \"{_name}\" is down: the node's log says why")));
        ReceiveAny(_ => { });
    }

    private void OnContent(StateActor.Content content)
    {
        if (!content.Entries.TryGet(out var entries, out var error))
        {
            _queue.End(error);
            return;
        }
        Become(Telling);
        Offer(new StateChange(true, Sorted(entries), [], content.Version));
    }

    private void Offer(StateChange change)
    {
        if (!change.IsWhole && change.Entries.Count + change.Expired.Count == 0)
            return;
        if (_queue.TryAdd(change))
            return;
        Become(Behind);
        _queue.WaitForRoomAsync().PipeTo(Self, success: () => Room.Instance);
    }

    private StateChange Of(StateActor.Changed changed) => new(false, Sorted(changed.Entries), Sorted(changed.Expired), changed.Version);

    private StateEntry[] Sorted(IReadOnlyList<StateEntry> entries) =>
        [.. entries.Where(entry => entry.Key.StartsWith(_prefix, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal)];

    private sealed record Room : ILocalMessage
    {
        public static readonly Room Instance = new();
    }
}

/// <summary>Changes between a state and its reader: so many, and of so many bytes. What there is always has room when nothing else waits.</summary>
internal sealed class WatchQueue(int changesMost, long bytesMost)
{
    private readonly Channel<StateChange> _changes = Channel.CreateUnbounded<StateChange>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private int _count;
    private long _bytes;

    public bool TryAdd(StateChange change)
    {
        lock (_lock)
        {
            var bytes = SizeOf(change);
            if (_count > 0 && (_count == changesMost || _bytes + bytes > bytesMost))
                return false;
            _count++;
            _bytes += bytes;
        }
        return _changes.Writer.TryWrite(change);
    }

    /// <summary>Ends when the reader has taken all that waited.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_lock)
        {
            if (_count == 0)
                return Task.CompletedTask;
            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    public void End(SyncError? error) => _changes.Writer.TryComplete(error is null ? null : new SyncException(error));

    public async IAsyncEnumerable<StateChange> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(cancellation))
        {
            Taken(change);
            yield return change;
        }
    }

    private void Taken(StateChange change)
    {
        lock (_lock)
        {
            _count--;
            _bytes -= SizeOf(change);
            if (_count > 0)
                return;
            _room?.TrySetResult();
            _room = null;
        }
    }

    private static long SizeOf(StateChange change) => change.Entries.Sum(entry => (long)entry.Bytes.Length) + change.Expired.Sum(entry => (long)entry.Bytes.Length);
}
