using ActorSync.Actors;
using ActorSync.Peers;
using Akka;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;

namespace ActorSync;

// How it begins, and what it does in which order at its end.
public sealed partial class SyncNode
{
    // The same on all nodes of a cluster.
    private const string EngineName = "actorsync";

    /// <summary>
    /// Starts a node. On an error nothing is left running, and the store is as it was, still the caller's.
    /// </summary>
    public static Result<ISyncNode> Start(SyncNodeOptions options)
    {
        var self = new PeerIdentity(options.Store.Node, options.Store.Instance);
        ILinkListener? listener = null;
        if (options.Listen?.Invoke(new LinkIdentity(self, options.Settings.Wire.PayloadBytes)) is { } listening && !listening.TryGet(out listener, out var error))
            return error;
        var started = Start(options, self, MeshOf(options, listener), listener);
        if (started.Error is not null)
            listener?.DisposeInBackground();
        return started;
    }

    private static Result<ISyncNode> Start(SyncNodeOptions options, PeerIdentity self, MeshOptions? joined, ILinkListener? listener)
    {
        if (joined is not null && options.Cluster is null && MembershipActor.Check(self.Node, joined) is { } refusal)
            return refusal;
        return PlaceOf(options, self.Node, joined).TryGet(out var place, out var error)
            ? place.Build<ISyncNode>(actors => Build(options, self, joined, listener, place, actors))
            : error;
    }

    private static Result<NodePlace> PlaceOf(SyncNodeOptions options, NodeId self, MeshOptions? joined)
    {
        if (options.Place is var (system, name))
        {
            if (options.Log is not null || options.EngineConfiguration.Length > 0)
                return new SyncError(SyncErrorKind.InvalidRequest, "a node in an actor system that is there already has neither a log nor a configuration of its engine: leave Log and EngineConfiguration as they are, and configure the actor system");
            if (options.Cluster?.Check(system, self, joined!) is { } refusal)
                return refusal;
            if (CoordinatedShutdown.Get(system).Timeout(CoordinatedShutdown.PhaseServiceStop) < options.Settings.DrainTimeout)
                system.Log.Warning("The node {0} may take {1} s to end, for which its actor system has less time: set akka.coordinated-shutdown.default-phase-timeout", name, options.Settings.DrainTimeout.TotalSeconds);
            return new UserSystem(system, name);
        }
        try
        {
            return new OwnSystem(options.Cluster?.CreateSystem(EngineName, self, joined!, EngineConfiguration(options)) ?? ActorSystem.Create(EngineName, EngineConfiguration(options)));
        }
        catch (Exception refused)
        {
            // Each engine has its own ways to say that it cannot read its configuration.
            return new SyncError(SyncErrorKind.InvalidRequest, $"the actor engine does not start: {refused.Message}");
        }
    }

    private static SyncNode Build(SyncNodeOptions options, PeerIdentity self, MeshOptions? joined, ILinkListener? listener, NodePlace place, IActorRefFactory actors)
    {
        var settings = joined is null ? options.Settings : options.Settings.InMesh();
        if (options.Log is { } log)
            actors.ActorOf(EngineLogActor.Props(log), "log");
        var (open, events) = (new OpenGraphs(), new NodeEvents());
        var router = actors.ActorOf(SyncRouter.Props(options.Store, settings, options.Errors, open, events), "router");
        var sync = new SyncContext(self, router, options.Store, settings, options.Errors, Random.Shared) { Open = open, Events = events };
        var peers = actors.ActorOf(PeersActor.Props(sync, options.Connector, listener), "peers");
        var mesh = joined is null ? null : NodeMesh.Start(place.System, actors, new MeshContext(sync, peers, joined), options.Cluster);
        AddShutdownTasks(place, sync, listener, peers, mesh);
        return new SyncNode(place, sync, listener, peers, mesh, options.Recovered);
    }

    // A phase may last as long as the drain that it waits for; late messages to what has ended are no news.
    private static Config EngineConfiguration(SyncNodeOptions options) => ConfigurationFactory.ParseString(options.EngineConfiguration).WithFallback(ConfigurationFactory.ParseString(
        $$"""
        akka {
          loglevel = WARNING
          stdout-loglevel = WARNING
          {{(options.Log is null ? "" : "loggers = [], stdout-loglevel = OFF")}}
          log-dead-letters = off
          coordinated-shutdown {
            default-phase-timeout = {{(int)Math.Ceiling(options.Settings.DrainTimeout.TotalSeconds) + 1}}s
            run-by-clr-shutdown-hook = off
          }
        }
        """));

    // Members reach a node where it listens, unless it says otherwise.
    private static MeshOptions? MeshOf(SyncNodeOptions options, ILinkListener? listener) =>
        options.Mesh is { Endpoints.Count: 0 } mesh && listener is not null ? mesh with { Endpoints = [listener.LocalName] } : options.Mesh;

    private static void AddShutdownTasks(NodePlace place, SyncContext sync, ILinkListener? listener, IActorRef peers, NodeMesh? mesh)
    {
        var drain = sync.Settings.DrainTimeout;
        if (mesh is not null)
            place.AtEnd(CoordinatedShutdown.PhaseBeforeServiceUnbind, "leave-mesh", mesh.LeaveAsync);
        place.AtEnd(CoordinatedShutdown.PhaseServiceUnbind, "stop-accepting", async () =>
        {
            if (listener is not null)
                await listener.DisposeAsync();
            return Done.Instance;
        });
        place.AtEnd(CoordinatedShutdown.PhaseServiceRequestsDone, "close-links", () => StopAsync(peers, PeersActor.Close.Instance, drain));
        place.AtEnd(CoordinatedShutdown.PhaseServiceStop, "close-graphs", () => StopAsync(sync.Router, SyncRouter.Close.Instance, drain));
        place.AtEnd(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "close-store", async () =>
        {
            await sync.Store.DisposeAsync();
            return Done.Instance;
        });
    }

    private static async Task<Done> StopAsync(IActorRef actor, object message, TimeSpan timeout)
    {
        await actor.GracefulStop(timeout, message);
        return Done.Instance;
    }
}
