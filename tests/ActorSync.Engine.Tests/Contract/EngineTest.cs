using System.Threading.Channels;
using Akka.Actor;
using Akka.Configuration;

namespace ActorSync.Engine.Tests.Contract;

/// <summary>A quiet actor system per test, and probes to look into it. Only public API: the suite runs on both engines.</summary>
public abstract class EngineTest : IAsyncLifetime
{
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    protected ActorSystem Sys { get; } = ActorSystem.Create("contract", ConfigurationFactory.ParseString(
        "akka { loglevel = OFF, stdout-loglevel = OFF, log-dead-letters = off, coordinated-shutdown.run-by-clr-shutdown-hook = off }"));

    protected Probe NewProbe() => new(Sys);

    /// <summary>Completes when so much of the scheduler's time has passed.</summary>
    protected async Task Passes(TimeSpan time)
    {
        var probe = NewProbe();
        Sys.Scheduler.ScheduleTellOnce(time, probe.Ref, "passed", ActorRefs.NoSender);
        await probe.Expect("passed");
    }

    /// <summary>Runs where no actor is the current one; a TestKit leaves its test actor behind on the threads that it has used.</summary>
    protected static Task<T> OnFreshThread<T>(Func<T> function) =>
        Task.Factory.StartNew(function, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => Sys.Terminate();

    /// <summary>An actor that passes everything it gets to the test.</summary>
    protected sealed class Probe
    {
        private readonly Channel<(object Message, IActorRef Sender)> _received = Channel.CreateUnbounded<(object, IActorRef)>();

        public Probe(ActorSystem system)
        {
            var writer = _received.Writer;
            Ref = system.ActorOf(Props.Create(() => new Collector(writer)));
        }

        public IActorRef Ref { get; }

        public IActorRef LastSender { get; private set; } = ActorRefs.Nobody;

        public async Task<T> Next<T>()
        {
            var (message, sender) = await _received.Reader.ReadAsync().AsTask().WaitAsync(Soon);
            LastSender = sender;
            return Assert.IsAssignableFrom<T>(message);
        }

        public async Task Expect(params object[] messages)
        {
            foreach (var message in messages)
                Assert.Equal(message, await Next<object>());
        }

        /// <summary>Watches an actor; its death comes as <see cref="Terminated"/>.</summary>
        public async Task Watch(IActorRef subject) => await Ref.Ask<string>(new WatchIt(subject), Soon);

        /// <summary>True when nothing has come before a message that this method sends itself.</summary>
        public async Task ExpectNothingYet()
        {
            Ref.Tell("nothing-before-this", ActorRefs.NoSender);
            await Expect("nothing-before-this");
        }

        /// <summary>After the system's end: nothing is left to read.</summary>
        public void ExpectNothingMore() => Assert.False(_received.Reader.TryRead(out _));
    }

    private sealed record WatchIt(IActorRef Subject);

    private sealed class Collector : UntypedActor
    {
        private readonly ChannelWriter<(object, IActorRef)> _writer;

        public Collector(ChannelWriter<(object, IActorRef)> writer) => _writer = writer;

        protected override void OnReceive(object message)
        {
            if (message is WatchIt watch)
            {
                Context.Watch(watch.Subject);
                Sender.Tell("watching");
            }
            else
            {
                _writer.TryWrite((message, Sender));
            }
        }
    }

    /// <summary>Says to a probe what happens to it, fails when told to, and counts what it gets.</summary>
    protected class Subject : ReceiveActor
    {
        private readonly IActorRef _log;
        private int _count;

        public Subject(IActorRef log)
        {
            _log = log;
            Receive<Exception>(Throw);
            Receive<Action<IActorContext>>(action => action(Context));
            Receive<string>(s => s == "count", _ => Sender.Tell(_count));
            Receive<string>(s => s == "add", _ => _count++);
            Receive<string>(s => s == "ping", _ => Sender.Tell("pong"));
            Receive<int>(n => _log.Tell(n));
        }

        private static void Throw(Exception exception) => throw exception;

        protected override void PreStart() => Say("PreStart");

        protected override void PostStop() => Say("PostStop");

        protected override void PreRestart(Exception reason, object message)
        {
            Say($"PreRestart {reason.Message} {(message as Exception)?.Message}");
            base.PreRestart(reason, message);
        }

        protected override void PostRestart(Exception reason)
        {
            Say($"PostRestart {reason.Message}");
            base.PostRestart(reason);
        }

        private void Say(string what) => _log.Tell(Self.Path.Name + " " + what);
    }

    /// <summary>Runs a piece of code inside a <see cref="Subject"/>.</summary>
    protected static void Inside(IActorRef subject, Action<IActorContext> action) => subject.Tell(action, ActorRefs.NoSender);
}
