using System.Collections.Concurrent;
using System.Threading.Channels;
using ActorSync.Peers;

namespace ActorSync.Transport.Memory;

/// <summary>
/// A network inside one process: nodes listen under names and connect to "memory://name". Links that are made one after
/// the other get the same faults every time; a seed decides which.
/// </summary>
/// <param name="settings">Limits and faults; the defaults, without faults, when null.</param>
/// <param name="time">The clock of delays; the system's when null.</param>
public sealed class MemoryLinkNetwork(MemoryLinkSettings? settings = null, TimeProvider? time = null) : ILinkConnector
{
    /// <summary>The scheme, with what follows it.</summary>
    public const string Prefix = "memory://";

    private readonly MemoryLinkSettings _settings = settings ?? new MemoryLinkSettings();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Listener> _listeners = new(StringComparer.Ordinal);
    private int _linksMade;

    /// <summary>Listens under a name, with or without "memory://". The error: the name is taken.</summary>
    public Result<ILinkListener> Listen(string name, LinkIdentity identity)
    {
        if (LinkLimits.Check(identity) is { } wrong)
            return wrong;
        var listener = new Listener(this, Normalize(name), identity);
        return _listeners.TryAdd(listener.LocalName, listener)
            ? listener
            : new SyncError(SyncErrorKind.InvalidRequest, $"cannot listen on {listener.LocalName}: the name is in use");
    }

    /// <inheritdoc/>
    public ValueTask<Result<ILink>> ConnectAsync(string endpoint, LinkIdentity identity, CancellationToken cancellation = default) =>
        cancellation.IsCancellationRequested
            ? ValueTask.FromCanceled<Result<ILink>>(cancellation)
            : ValueTask.FromResult(Connect(Normalize(endpoint), identity));

    private static string Normalize(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name : Prefix + name;

    private Result<ILink> Connect(string endpoint, LinkIdentity identity)
    {
        if (!_listeners.TryGetValue(endpoint, out var listener))
            return new SyncError(SyncErrorKind.Unreachable, $"cannot connect to {endpoint}: nobody listens there");
        var link = Interlocked.Increment(ref _linksMade) - 1;
        var seed = unchecked((_settings.Faults?.Seed ?? 0) + link);
        var names = ($"{Prefix}{identity.Self.Node.ToShortString()}", endpoint);
        if (!MemoryLink.CreatePair(identity, listener.Identity, names, _settings, _time, seed).TryGet(out var pair, out var error))
            return error with { Message = $"{endpoint}: {error.Message}" };
        return listener.Offer(pair.Other)
            ? pair.One
            : new SyncError(SyncErrorKind.Busy, $"{endpoint}: {_settings.MaxUnclaimedLinks} links wait to be taken already; try again later");
    }

    private sealed class Listener(MemoryLinkNetwork network, string name, LinkIdentity identity) : ILinkListener
    {
        private readonly Channel<ILink> _ready = Channel.CreateBounded<ILink>(network._settings.MaxUnclaimedLinks);

        public string LocalName => name;

        public LinkIdentity Identity => identity;

        public bool Offer(ILink link) => _ready.Writer.TryWrite(link);

        public async ValueTask<ILink?> AcceptAsync(CancellationToken cancellation = default)
        {
            while (await _ready.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
            {
                if (_ready.Reader.TryRead(out var link))
                    return link;
            }
            return null;
        }

        public async ValueTask DisposeAsync()
        {
            network._listeners.TryRemove(KeyValuePair.Create(name, this));
            _ready.Writer.TryComplete();
            while (_ready.Reader.TryRead(out var unclaimed))
                await unclaimed.DisposeAsync().ConfigureAwait(false);
        }
    }
}
