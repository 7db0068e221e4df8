using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Serialization;
using Akka.Actor;
using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Event;
using Akka.Serialization;

namespace Akka.Cluster.Double;

/// <summary>
/// One actor system of this process in the cluster of its seed nodes. What is told to an actor of another one passes the
/// serializers of both, and is lost where a network would lose it.
/// </summary>
internal sealed class ClusterNode
{
    private static readonly ConditionalWeakTable<ActorSystem, ClusterNode> OfSystems = [];
    private static readonly ConcurrentDictionary<UniqueAddress, ClusterNode> All = [];
    private static readonly string[] NotOfTheEngine = ["remote", "cluster", "serializers", "serialization-bindings", "serialize-messages"];

    private readonly ConcurrentDictionary<ClusterNode, bool> _cutOff = [];
    private readonly TaskCompletionSource<Done> _out = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Serializers _serializers;
    private readonly long _frameBytes;
    private bool _isDead;

    private ClusterNode(ActorSystemImpl system, Config config)
    {
        (System, Config) = (system, config);
        const string tcp = "akka.remote.dot-netty.tcp.";
        Self = new UniqueAddress(new Address("akka", system.Name, config.GetString(tcp + "hostname"), config.GetInt(tcp + "port")), Random.Shared.Next());
        Roles = [.. config.GetStringList("akka.cluster.roles")];
        _frameBytes = config.GetByteSize(tcp + "maximum-frame-size") ?? 128_000;
        _serializers = new Serializers(system, config);
    }

    internal ActorSystemImpl System { get; }
    internal Config Config { get; }
    internal UniqueAddress Self { get; }
    internal ImmutableHashSet<string> Roles { get; }

    /// <summary>The members as this one sees them; written by its <see cref="Daemon"/> alone.</summary>
    internal View View { get; set; } = View.Empty;

    internal IActorRef Daemon { get; private set; }

    /// <summary>Its regions, and proxies of regions, by type.</summary>
    internal ConcurrentDictionary<string, ShardSite> Sites { get; } = [];

    /// <summary>It is no member any more.</summary>
    internal Task<Done> Out => _out.Task;

    internal static ActorSystem Start(string name, Config config)
    {
        var system = new ActorSystemImpl(name, ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(new Config(new HoconRoot(EngineOf(config.Root)))));
        var node = new ClusterNode(system, config);
        OfSystems.Add(system, node);
        All[node.Self] = node;
        node.Daemon = system.SystemActorOf(Props.Create(() => new ClusterDaemon(node)), "cluster");
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "leave-cluster", node.LeaveAsync);
        _ = system.WhenTerminated.ContinueWith(_ => node._isDead = true, TaskScheduler.Default);
        return system;
    }

    internal static ClusterNode Of(ActorSystem system) => OfSystems.TryGetValue(system, out var node) ? node : throw new ConfigurationException($"{system.Name} is in no cluster");

    internal static ClusterNode Find(UniqueAddress address) => All.GetValueOrDefault(address);

    internal static ClusterNode At(Address address) =>
        All.Values.FirstOrDefault(node => !node._isDead && (node.Self.Address.Host, node.Self.Address.Port) == (address.Host, address.Port));

    /// <summary>The others that it can read the view of: those it knows, and those that know it.</summary>
    internal IEnumerable<ClusterNode> Neighbours() => All.Values.Where(other =>
        Reaches(other) && (View.Find(other.Self) is { } known ? known.Status != MemberStatus.Removed : other.View.Find(Self) is not null));

    internal bool Reaches(ClusterNode other) => other != this && !_isDead && !other._isDead && !_cutOff.ContainsKey(other);

    /// <summary>Nothing passes between the two any more, or everything does again.</summary>
    internal void Cut(ClusterNode other, bool isCut)
    {
        foreach (var (here, there) in new[] { (this, other), (other, this) })
            _ = isCut ? here._cutOff.TryAdd(there, true) : here._cutOff.TryRemove(there, out _);
    }

    /// <summary>As a process that is killed: nobody is told.</summary>
    internal Task CrashAsync()
    {
        _isDead = true;
        System.Abort();
        return System.WhenTerminated;
    }

    /// <summary>Whoever has left, or was put out, stops.</summary>
    internal void End(MemberStatus status)
    {
        if (status >= MemberStatus.Down)
            _out.TrySetResult(Done.Instance);
        _ = CoordinatedShutdown.Get(System).Run(CoordinatedShutdown.ActorSystemTerminateReason.Instance);
    }

    /// <summary>An actor as this system addresses it, given as its own system, or any other, does.</summary>
    internal IActorRef RefOf(ClusterNode its, IActorRef actor) => actor is RemoteRef remote ? remote.Of(this) : actor is null || its == this ? actor : new RemoteRef(this, its, actor);

    /// <summary>Tells an actor of any system of the process; one of another only where the network takes it there.</summary>
    internal void Send(ClusterNode to, IActorRef recipient, object message, IActorRef sender)
    {
        if (to == this)
            recipient.Tell(message, sender);
        else if (Reaches(to) && to.View.Find(Self)?.Status != MemberStatus.Removed && (message is IBetweenRegions ? message : Carry(message, to)) is { } carried)
            recipient.Tell(carried, to.RefOf(this, sender));
    }

    // The message as the other system reads it; null, and a line in the log of who failed, when it does not cross.
    private object Carry(object message, ClusterNode to)
    {
        var at = this;
        try
        {
            var carried = _serializers.Write(message);
            if (carried.Bytes.Length > _frameBytes)
                throw new SerializationException($"{carried.Bytes.Length} bytes are more than a frame's {_frameBytes}");
            at = to;
            return to._serializers.Read(carried);
        }
        catch (Exception wrong) when (wrong is SerializationException or ArgumentException)
        {
            at.System.Log.Error(wrong, $"{message.GetType()} does not cross from {Self.Address} to {to.Self.Address}: {wrong.Message}");
            return null;
        }
    }

    private Task<Done> LeaveAsync()
    {
        if (View.Find(Self) is null)
            return Task.FromResult(Done.Instance);
        Cluster.Get(System).Leave(Self.Address);
        return Out;
    }

    // What the embedded engine, which knows all its keys, is not to see.
    private static HoconValue EngineOf(HoconValue value)
    {
        var left = new HoconObject();
        foreach (var (key, part) in value.GetObject().Items.Where(item => !NotOfTheEngine.Contains(item.Key)))
            left.Items.Add(key, key is "akka" or "actor" ? EngineOf(part) : part);
        return HoconValue.Of(left);
    }
}
