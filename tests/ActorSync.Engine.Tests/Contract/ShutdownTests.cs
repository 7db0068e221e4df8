using System.Collections.Concurrent;
using Akka;
using Akka.Actor;
using Akka.Configuration;

namespace ActorSync.Engine.Tests.Contract;

public sealed class ShutdownTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private static ActorSystem NewSystem(string more = "") => ActorSystem.Create("shutdown", ConfigurationFactory.ParseString(
        "akka { loglevel = OFF, stdout-loglevel = OFF, coordinated-shutdown.run-by-clr-shutdown-hook = off }\n" + more));

    private static Func<Task<Done>> Note(ConcurrentQueue<string> notes, string note) => () =>
    {
        notes.Enqueue(note);
        return Task.FromResult(Done.Instance);
    };

    [Fact]
    public async Task Phases_run_in_order_whatever_the_order_of_their_tasks()
    {
        var system = NewSystem();
        var (shutdown, notes) = (CoordinatedShutdown.Get(system), new ConcurrentQueue<string>());
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "last", Note(notes, "last"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceRequestsDone, "third", Note(notes, "third"));
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "first", Note(notes, "first"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "second", Note(notes, "second"));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Soon);
        Assert.Equal(["first", "second", "third", "last"], notes);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);
        await system.WhenTerminated.WaitAsync(Soon);
    }

    [Fact]
    public async Task Tasks_run_once_however_often_it_is_called()
    {
        var system = NewSystem();
        var (shutdown, notes) = (CoordinatedShutdown.Get(system), new ConcurrentQueue<string>());
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "once", Note(notes, "once"));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance))).WaitAsync(Soon);
        Assert.Equal(["once"], notes);
    }

    [Fact]
    public async Task Terminate_runs_it()
    {
        var system = NewSystem();
        var notes = new ConcurrentQueue<string>();
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseServiceStop, "note", Note(notes, "ran"));
        await system.Terminate().WaitAsync(Soon);
        Assert.Equal(["ran"], notes);
    }

    [Fact]
    public async Task A_task_that_fails_does_not_stop_the_rest()
    {
        var system = NewSystem();
        var (shutdown, notes) = (CoordinatedShutdown.Get(system), new ConcurrentQueue<string>());
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "throws", () => throw new InvalidOperationException("no"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => Task.FromException<Done>(new InvalidOperationException("no")));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", Note(notes, "ran"));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Soon);
        Assert.Equal(["ran"], notes);
    }

    [Fact]
    public async Task A_phase_waits_no_longer_than_its_timeout()
    {
        var system = NewSystem("akka.coordinated-shutdown.phases.service-unbind.timeout = 30ms");
        var (shutdown, notes) = (CoordinatedShutdown.Get(system), new ConcurrentQueue<string>());
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "hangs", () => new TaskCompletionSource<Done>().Task);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "note", Note(notes, "ran"));
        Assert.Equal(TimeSpan.FromMilliseconds(30), shutdown.Timeout(CoordinatedShutdown.PhaseServiceUnbind));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Soon);
        Assert.Equal(["ran"], notes);
    }

    [Fact]
    public async Task It_can_leave_the_system_alive()
    {
        var system = NewSystem("akka.coordinated-shutdown { terminate-actor-system = off, run-by-actor-system-terminate = off }");
        await CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(Soon);
        Assert.False(system.WhenTerminated.IsCompleted);
        await system.Terminate().WaitAsync(Soon);
    }

    [Fact]
    public async Task An_unknown_phase_is_refused()
    {
        var system = NewSystem();
        Assert.Throws<ConfigurationException>(() => CoordinatedShutdown.Get(system).AddTask("no-such-phase", "x", () => Task.FromResult(Done.Instance)));
        await system.Terminate().WaitAsync(Soon);
    }
}
