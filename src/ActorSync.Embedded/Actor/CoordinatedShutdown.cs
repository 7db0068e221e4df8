using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>
/// The orderly end: phases one after the other, the tasks of a phase side by side. A task that fails or takes longer
/// than its phase's timeout is logged and left behind.
/// </summary>
public sealed class CoordinatedShutdown
{
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";
    public const string PhaseServiceUnbind = "service-unbind";
    public const string PhaseServiceRequestsDone = "service-requests-done";
    public const string PhaseServiceStop = "service-stop";
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private static readonly string[] Phases =
    [
        PhaseBeforeServiceUnbind, PhaseServiceUnbind, PhaseServiceRequestsDone, PhaseServiceStop,
        PhaseBeforeActorSystemTerminate, PhaseActorSystemTerminate,
    ];

    private readonly Lock _lock = new();
    private readonly ActorSystemImpl _system;
    private readonly List<(string Phase, string Name, Func<Task<Done>> Run)> _tasks = [];
    private Task<Done> _run;

    internal CoordinatedShutdown(ActorSystemImpl system)
    {
        _system = system;
        if (system.Settings.CoordinatedShutdownTerminateActorSystem)
            AddTask(PhaseActorSystemTerminate, "terminate-system", TerminateSystem);
        if (system.Settings.Config.GetBoolean("akka.coordinated-shutdown.run-by-clr-shutdown-hook"))
            RunOnProcessExit();
    }

    /// <summary>Why it runs; null before.</summary>
    public Reason ShutdownReason { get; private set; }

    public static CoordinatedShutdown Get(ActorSystem sys) => ((ActorSystemImpl)sys).CoordinatedShutdown;

    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!Phases.Contains(phase))
            throw Unknown(phase);
        ArgumentException.ThrowIfNullOrEmpty(taskName);
        lock (_lock)
            _tasks.Add((phase, taskName, task));
    }

    public TimeSpan Timeout(string phase)
    {
        if (!Phases.Contains(phase))
            throw Unknown(phase);
        const string section = "akka.coordinated-shutdown.";
        var config = _system.Settings.Config;
        var own = $"{section}phases.{phase}.timeout";
        return config.GetTimeSpan(string.IsNullOrEmpty(config.GetString(own)) ? section + "default-phase-timeout" : own);
    }

    /// <summary>Runs the phases, once: a second call joins the first.</summary>
    public Task<Done> Run(Reason reason)
    {
        lock (_lock)
        {
            if (_run is null)
                (ShutdownReason, _run) = (reason, Task.Run(RunPhases));
            return _run;
        }
    }

    private async Task<Done> RunPhases()
    {
        foreach (var phase in Phases)
            await RunPhase(phase).ConfigureAwait(false);
        return Done.Instance;
    }

    private async Task RunPhase(string phase)
    {
        (string Phase, string Name, Func<Task<Done>> Run)[] tasks;
        lock (_lock)
            tasks = _tasks.Where(task => task.Phase == phase).ToArray();
        if (tasks.Length == 0)
            return;
        _system.Log.Debug("Performing phase [{0}] with [{1}] tasks: [{2}]", phase, tasks.Length, string.Join(",", tasks.Select(task => task.Name)));
        var timeout = Timeout(phase);
        try
        {
            await Task.WhenAll(tasks.Select(task => RunTask(phase, task.Name, task.Run))).WaitAsync(timeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _system.Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, timeout);
        }
    }

    private async Task RunTask(string phase, string name, Func<Task<Done>> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _system.Log.Warning("Task [{0}] failed in phase [{1}]: {2}", name, phase, failure.Message);
        }
    }

    private async Task<Done> TerminateSystem()
    {
        await _system.FinalTerminate().ConfigureAwait(false);
        return Done.Instance;
    }

    // The handler has to block: the process ends when it returns.
    private void RunOnProcessExit()
    {
        void OnExit(object sender, EventArgs e) => Run(ClrExitReason.Instance).Wait();
        AppDomain.CurrentDomain.ProcessExit += OnExit;
        _system.WhenTerminated.ContinueWith(_ => AppDomain.CurrentDomain.ProcessExit -= OnExit, TaskScheduler.Default);
    }

    private static ConfigurationException Unknown(string phase) => new($"Unknown phase [{phase}]. The phases are {string.Join(", ", Phases)}.");

    /// <summary>Why a shutdown runs; derive from it for reasons of one's own.</summary>
    public class Reason
    {
        protected Reason() { }
    }

    public class ActorSystemTerminateReason : Reason
    {
        public static readonly Reason Instance = new ActorSystemTerminateReason();
    }

    public class ClrExitReason : Reason
    {
        public static readonly Reason Instance = new ClrExitReason();
    }
}
