using System.Runtime.CompilerServices;
using ActorSync.Actors;
using ActorSync.Peers;
using ActorSync.States;
using ActorSync.States.Exchange;
using Akka.Actor;

namespace ActorSync;

// The states that it shares, each as an object.
public sealed partial class SyncNode
{
    public async Task<Result<ISharedState>> OpenStateAsync(StateName name, CancellationToken cancellation = default)
    {
        if (name.IsReserved)
            return new SyncError(SyncErrorKind.NotAllowed, $"the state \"{name}\" is the node's own: take another name");
        var answer = await AskAsync<SyncRouter.StateOpened>(_sync.Router, new SyncRouter.OpenState(name, _sync.Settings.States), cancellation);
        return answer.TryGet(out var opened, out var error) && opened.Actor.TryGet(out var actor, out error)
            ? new Result<ISharedState>(new SharedState(this, name, actor))
            : error;
    }

    private async Task<IReadOnlyList<StateStatus>> StatesAsync(CancellationToken cancellation) =>
        (await AskAsync<SyncRouter.OpenStates>(_sync.Router, SyncRouter.GetStates.Instance, cancellation, StatusTimeout)).TryGet(out var open, out _)
            ? (await AskAllAsync<StateActor.Status>(open.Actors, StateActor.GetStatus.Instance, cancellation)).ConvertAll(state => state.Now)
            : [];

    private sealed class SharedState(SyncNode node, StateName name, IActorRef actor) : ISharedState, IStateExchange
    {
        public StateName Name => name;

        public IStateExchange Exchange => this;

        public Task<Result<StateSetResult>> SetAsync(string key, ReadOnlyMemory<byte> json, TimeSpan? ttl = null, CancellationToken cancellation = default) =>
            WriteAsync([StateSet.To(key, json, (long?)ttl?.TotalMilliseconds)], cancellation);

        public Task<Result<StateSetResult>> DeleteAsync(string key, CancellationToken cancellation = default) => WriteAsync([StateSet.Delete(key)], cancellation);

        public Task<Result<StateSetResult>> WriteAsync(IReadOnlyList<StateSet> writes, CancellationToken cancellation = default) => WriteAsync(writes, false, cancellation);

        public async Task<Result<StateSetResult>> WriteAsync(IReadOnlyList<StateSet> writes, bool allWin, CancellationToken cancellation = default)
        {
            var answer = await node.AskAsync<StateActor.Applied>(actor, new StateActor.Set(writes, allWin), cancellation);
            return answer.TryGet(out var applied, out var error) ? applied.Result : error;
        }

        public async Task<Result<StateEntry?>> GetAsync(string key, CancellationToken cancellation = default)
        {
            var answer = await node.AskAsync<StateActor.Value>(actor, new StateActor.Get(key), cancellation);
            return answer.TryGet(out var value, out var error) ? value.Entry : error;
        }

        public async Task<Result<StateContent>> ListAsync(string prefix = "", CancellationToken cancellation = default)
        {
            if (!(await ContentAsync(new StateActor.GetContent(), cancellation)).TryGet(out var content, out var error))
                return error;
            var entries = content.Entries.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal);
            return content with { Entries = [.. entries] };
        }

        public async IAsyncEnumerable<StateChange> WatchAsync(string prefix = "", [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            var settings = node._sync.Settings.States;
            var queue = new WatchQueue(settings.WatchedChanges, settings.WatchedBytes);
            if (await node.BeginAsync(StateFollowerActor.Props(actor, name, prefix, queue, () => node._place.IsEnding)) is not { } follower)
                yield break;
            try
            {
                await foreach (var change in queue.ReadAllAsync(cancellation))
                    yield return change;
            }
            finally
            {
                node._place.System.Stop(follower);
            }
        }

        public async Task<StateStatus> StatusAsync(CancellationToken cancellation = default)
        {
            var answer = await node.AskAsync<StateActor.Status>(actor, StateActor.GetStatus.Instance, cancellation, StatusTimeout);
            return answer.TryGet(out var status, out var error) ? status.Now : StateStatus.Of(name, error);
        }

        public void UsePeers(IReadOnlyCollection<IPlainPeer> peers) => actor.Tell(new StateActor.UsePlain(peers));

        public async Task<Result<StateReceiveResult>> TakeAsync(NodeId source, IReadOnlyList<StateEntry> entries, CancellationToken cancellation = default)
        {
            var answer = await node.AskAsync<StateActor.Taken>(actor, new StateActor.Take(source, entries), cancellation);
            return answer.TryGet(out var taken, out var error) ? taken.Result : error;
        }

        public Task<Result<StateContent>> ReadAsync(StateVersion? unless, CancellationToken cancellation = default) =>
            ContentAsync(new StateActor.GetContent(IsWhole: true, unless), cancellation);

        public void Count(long bytesReceived, long bytesSent) => actor.Tell(new StateActor.Traffic(bytesReceived, bytesSent));

        private async Task<Result<StateContent>> ContentAsync(StateActor.GetContent get, CancellationToken cancellation)
        {
            var answer = await node.AskAsync<StateActor.Content>(actor, get, cancellation);
            return answer.TryGet(out var content, out var error) && content.Entries.TryGet(out var entries, out error) ? new StateContent(entries, content.Version) : error;
        }
    }
}
