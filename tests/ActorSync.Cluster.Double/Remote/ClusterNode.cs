using System.Runtime.CompilerServices;
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

    private readonly Serializers _serializers;
    private readonly long _frameBytes;

    private ClusterNode(ActorSystemImpl system, Config config)
    {
        (System, Config, _serializers) = (system, config, new Serializers(system, config));
        const string tcp = "akka.remote.dot-netty.tcp.";
        Self = new UniqueAddress(new Address("akka", system.Name, config.GetString(tcp + "hostname"), config.GetInt(tcp + "port")), Random.Shared.Next());
        Roles = [.. config.GetStringList("akka.cluster.roles")];
        _frameBytes = config.GetByteSize(tcp + "maximum-frame-size") ?? 128_000;
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

    /// <summary>To whom nothing passes from here. A test puts both sides of a cut in, and takes them out.</summary>
    internal ConcurrentDictionary<ClusterNode, bool> CutOff { get; } = [];

    /// <summary>Its process is gone, as far as others can see.</summary>
    internal bool IsDead { get; set; }
    internal Task AbortAsync() => System.FinalTerminate();

    /// <summary>It is no member any more.</summary>
    internal TaskCompletionSource<Done> Out { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static ActorSystem Start(string name, Config config)
    {
        var system = new ActorSystemImpl(name, ConfigurationFactory.ParseString("akka.actor.provider = local").WithFallback(new Config(new HoconRoot(EngineOf(config.Root)))));
        var node = new ClusterNode(system, config);
        OfSystems.Add(system, node);
        All[node.Self] = node;
        node.Daemon = system.SystemActorOf(Props.Create(() => new ClusterDaemon(node)), "cluster");
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "leave-cluster", node.LeaveAsync);
        _ = system.WhenTerminated.ContinueWith(_ => node.IsDead = true, TaskScheduler.Default);
        return system;
    }

    internal static ClusterNode Of(ActorSystem system) => OfSystems.TryGetValue(system, out var node) ? node : throw new ConfigurationException($"{system.Name} is in no cluster");
    internal static ClusterNode Find(UniqueAddress address) => All.GetValueOrDefault(address);
    internal static ClusterNode At(Address address) => All.Values.FirstOrDefault(node => !node.IsDead && node.Self.Address.CompareTo(address) == 0);
    internal TimeSpan TimeOf(string key, int usually_s) => Config.GetTimeSpan("akka.cluster." + key, TimeSpan.FromSeconds(usually_s));

    internal bool Reaches(ClusterNode other) => other != this && !IsDead && !other.IsDead && !CutOff.ContainsKey(other);

    /// <summary>The others that it can read the view of: those it knows, and those that know it.</summary>
    internal IEnumerable<ClusterNode> Neighbours() => All.Values.Where(other =>
        Reaches(other) && (View.Find(other.Self) is { } known ? known.Status != MemberStatus.Removed : other.View.Find(Self) is not null));

    /// <summary>Whoever has left, or was put out, stops.</summary>
    internal void End(MemberStatus status)
    {
        if (status >= MemberStatus.Down)
            Out.TrySetResult(Done.Instance);
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

    // The message as the other system reads it; null, and a line in the log, when it does not cross.
    private object Carry(object message, ClusterNode to)
    {
        try
        {
            var (identifier, manifest, bytes) = _serializers.Write(message);
            return bytes.Length <= _frameBytes ? to._serializers.Read(identifier, manifest, bytes) : throw new SerializationException($"{bytes.Length} bytes are more than a frame's {_frameBytes}");
        }
        catch (Exception wrong) when (wrong is SerializationException or ArgumentException)
        {
            System.Log.Error(wrong, $"{message.GetType()} does not cross from {Self.Address} to {to.Self.Address}: {wrong.Message}");
            return null;
        }
    }

    private Task<Done> LeaveAsync()
    {
        Cluster.Get(System).Leave(Self.Address);
        return View.Find(Self) is null ? Task.FromResult(Done.Instance) : Out.Task;
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

/// <summary>What regions tell each other: Akka.NET has serializers of its own for it.</summary>
internal interface IBetweenRegions;

/// <summary>An actor of another system of this process, as one that could be anywhere. Its death is not heard of.</summary>
internal sealed class RemoteRef(ClusterNode here, ClusterNode there, IActorRef actor) : MinimalActorRef
{
    public override ActorPath Path { get; } = PathOf(there.Self.Address, actor.Path);

    private protected override ActorSystemImpl OwnSystem => here.System;

    internal IActorRef Of(ClusterNode node) => node == there ? actor : new RemoteRef(node, there, actor);

    protected override void TellInternal(object message, IActorRef sender) => here.Send(there, actor, message, sender);

    private protected override void OnSystemMessage(SystemMessage message) => throw new NotSupportedException($"{Path} is in another system: the double does not watch it");

    private static ActorPath PathOf(Address address, ActorPath path) => path is RootActorPath
        ? new RootActorPath($"{address.System}@{address.Host}:{address.Port}")
        : new ChildActorPath(PathOf(address, path.Parent), path.Name, path.Uid);
}
