using Akka.Configuration;
using Akka.Configuration.Hocon;
using Akka.Event;

namespace Akka.Actor;

/// <summary>What an actor system was configured with. <c>reference.conf</c> says which keys there are.</summary>
public class Settings
{
    private static readonly Config Reference = ConfigurationFactory.FromResource<Settings>("Akka.reference.conf");
    private static readonly HashSet<string> KnownKeys = Keys("akka", Reference.GetValue("akka")).ToHashSet();

    /// <summary>Reads the settings; what the configuration leaves out comes from <c>reference.conf</c>.</summary>
    /// <exception cref="ConfigurationException">The configuration asks for something that this engine does not have.</exception>
    internal Settings(Config config)
    {
        Refuse(config);
        Config = config.WithFallback(Reference);
        (LogLevel, StdoutLogLevel) = (ReadLevel("akka.loglevel"), ReadLevel("akka.stdout-loglevel"));
        Loggers = Config.GetStringList("akka.loggers");
        LoggerStartTimeout = Config.GetTimeSpan("akka.logger-startup-timeout");
        AskTimeout = Config.GetTimeSpan("akka.actor.ask-timeout");
        Throughput = Config.GetInt("akka.actor.default-dispatcher.throughput");
        SchedulerClass = Config.GetString("akka.scheduler.implementation");
        LogDeadLetters = Config.GetString("akka.log-dead-letters").ToUpperInvariant() switch
        {
            "ON" or "TRUE" => int.MaxValue,
            "OFF" or "FALSE" => 0,
            _ => Config.GetInt("akka.log-dead-letters"),
        };
        LogDeadLettersDuringShutdown = Config.GetBoolean("akka.log-dead-letters-during-shutdown");
        CoordinatedShutdownTerminateActorSystem = Config.GetBoolean("akka.coordinated-shutdown.terminate-actor-system");
        CoordinatedShutdownRunByActorSystemTerminate = Config.GetBoolean("akka.coordinated-shutdown.run-by-actor-system-terminate");
        if (CoordinatedShutdownRunByActorSystemTerminate && !CoordinatedShutdownTerminateActorSystem)
            throw new ConfigurationException("akka.coordinated-shutdown.run-by-actor-system-terminate = on needs akka.coordinated-shutdown.terminate-actor-system = on.");
    }

    public Config Config { get; }
    internal IList<string> Loggers { get; }
    internal TimeSpan LoggerStartTimeout { get; }
    internal TimeSpan AskTimeout { get; }
    internal string SchedulerClass { get; }
    internal int LogDeadLetters { get; }
    internal bool LogDeadLettersDuringShutdown { get; }
    internal bool CoordinatedShutdownTerminateActorSystem { get; }
    internal bool CoordinatedShutdownRunByActorSystemTerminate { get; }
    internal int Throughput { get; }
    internal LogLevel LogLevel { get; }
    internal LogLevel StdoutLogLevel { get; }

    private static void Refuse(Config config)
    {
        var unknown = Keys("akka", config.GetValue("akka")).FirstOrDefault(key => !KnownKeys.Contains(key) && !key.StartsWith("akka.test.", StringComparison.Ordinal));
        if (unknown is not null)
            throw new ConfigurationException($"{unknown}: the embedded actor engine does not have this key; build with ActorEngine=Akka or remove the key.");
        var provider = config.GetString("akka.actor.provider", "local");
        if (provider != "local" && !provider.StartsWith("Akka.Actor.LocalActorRefProvider", StringComparison.Ordinal))
            throw new ConfigurationException($"akka.actor.provider = {provider}: the embedded actor engine runs in one process only; build with ActorEngine=Akka or remove the key.");
    }

    private LogLevel ReadLevel(string key)
    {
        try
        {
            return Logging.LogLevelFor(Config.GetString(key));
        }
        catch (ArgumentException unknown)
        {
            throw new ConfigurationException($"{key}: {unknown.Message}", unknown);
        }
    }

    /// <summary>The full names of all values below a key; an empty object counts as a value.</summary>
    private static IEnumerable<string> Keys(string path, HoconValue value)
    {
        if (value is null)
            return [];
        var inside = value.IsObject() ? value.GetObject().Items : null;
        return inside is { Count: > 0 } ? inside.SelectMany(item => Keys($"{path}.{item.Key}", item.Value)) : [path];
    }
}
