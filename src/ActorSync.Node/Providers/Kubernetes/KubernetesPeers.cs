using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using ActorSync.Peers.Providers;
using ActorSync.Peers.Providers.Kubernetes;

namespace ActorSync.Node.Providers.Kubernetes;

/// <summary>
/// Peers behind a service of Kubernetes: lists its EndpointSlices, then watches them change.
/// <code>
/// List ──all pages──> Watch ──ended in order──> Watch, from the last version
///   ^                   ├──broke, refused─────> Watch, from the last version, after a wait
///   └────too old (410), not understood──────────┘
/// </code>
/// </summary>
public sealed class KubernetesPeers(KubernetesSettings settings, TimeProvider time, Random random) : IPeerProvider
{
    public string Name => "kubernetes";

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var views = new PeerViews();
        var retry = new RetryWait(settings.RetryFirst, settings.RetryAtMost, random);
        using var session = new Session(settings, time);
        while (true)
        {
            var (moved, failure) = await MoveAsync(session, cancellation);
            if (failure is not null)
                session.Close();
            var view = failure is not null ? views.Failed(failure) : moved is Moved.Works or Moved.News ? views.Found(session.Slices.Peers) : null;
            if (view is not null)
                yield return view;
            if (moved is Moved.News or Moved.Ended)
                retry.Reset();
            if (moved is Moved.Ended or Moved.Nothing)
                await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    /// <summary>Lists a page, begins a watch or reads a line of it. The failure is a value, and the place to go on from is kept.</summary>
    private static async Task<(Moved Moved, SyncError? Failure)> MoveAsync(Session session, CancellationToken cancellation)
    {
        try
        {
            return await session.MoveAsync(cancellation);
        }
        catch (SyncException e)
        {
            // The same line would be too long each time: the list says the same in pages.
            if (e.Error.Kind == SyncErrorKind.LimitExceeded)
                session.Slices.ListAgain();
            return (Moved.Nothing, e.Error);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or UnauthorizedAccessException or CryptographicException or AuthenticationException)
        {
            return (Moved.Nothing, new SyncError(SyncErrorKind.Unreachable, $"Kubernetes cannot be asked: {(e.InnerException is AuthenticationException inner ? inner.Message : e.Message)}"));
        }
    }

    private enum Moved
    {
        /// <summary>There is more to come before the peers are known.</summary>
        Further,

        /// <summary>A list is complete, or a watch has begun: what failed before works again. It may fail again at once.</summary>
        Works,

        /// <summary>A watch told something.</summary>
        News,

        /// <summary>A watch ended in good order after a while.</summary>
        Ended,

        /// <summary>It failed, or ended before it was of use: to do the same at once would be a tight loop.</summary>
        Nothing,
    }

    /// <summary>What is open at one time: the API, and one watch of it.</summary>
    private sealed class Session(KubernetesSettings settings, TimeProvider time) : IDisposable
    {
        private KubernetesApi? _api;
        private KubernetesWatch? _watch;
        private long _since;

        public EndpointSlices Slices { get; } = new(settings.PortName);

        public async Task<(Moved, SyncError?)> MoveAsync(CancellationToken cancellation)
        {
            _api ??= new KubernetesApi(settings, time);
            if (_watch is not null)
                return await ReadAsync(_watch, cancellation);
            return Slices.Version is { } version ? await WatchAsync(_api, version, cancellation) : await ListAsync(_api, cancellation);
        }

        public void Close()
        {
            EndWatch();
            _api?.Dispose();
            _api = null;
        }

        public void Dispose() => Close();

        private void EndWatch()
        {
            _watch?.Dispose();
            _watch = null;
        }

        private async Task<(Moved, SyncError?)> ListAsync(KubernetesApi api, CancellationToken cancellation)
        {
            if (await api.ListAsync(Slices.ContinueAt, cancellation) is not { } page)
            {
                Slices.ListAgain();
                return (Moved.Nothing, null);
            }
            return Slices.OnPage(page) is { } error ? (Moved.Nothing, error) : (Slices.Version is null ? Moved.Further : Moved.Works, null);
        }

        private async Task<(Moved, SyncError?)> WatchAsync(KubernetesApi api, string version, CancellationToken cancellation)
        {
            _watch = await api.WatchAsync(version, cancellation);
            _since = time.GetTimestamp();
            if (_watch is not null)
                return (Moved.Works, null);
            Slices.ListAgain();
            return (Moved.Nothing, null);
        }

        private async Task<(Moved, SyncError?)> ReadAsync(KubernetesWatch watch, CancellationToken cancellation)
        {
            if (await watch.NextAsync(cancellation) is not { } line)
            {
                EndWatch();
                return (time.GetElapsedTime(_since) >= settings.RetryAtMost ? Moved.Ended : Moved.Nothing, null);
            }
            var (step, error) = Slices.OnLine(line);
            if (step == SliceStep.Continue)
                return (Moved.News, null);
            EndWatch();
            return (Moved.Nothing, error);
        }
    }
}
