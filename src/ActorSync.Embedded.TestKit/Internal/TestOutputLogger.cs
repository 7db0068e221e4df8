using Akka.Actor;
using Akka.Event;
using Xunit.Abstractions;

namespace Akka.TestKit.Internal;

/// <summary>Writes the log to the output of an xunit test, as long as that runs.</summary>
internal sealed class TestOutputLogger(ITestOutputHelper output) : UntypedActor
{
    internal static void StartOn(ActorSystem system, ITestOutputHelper output)
    {
        var logger = ((ActorSystemImpl)system).SystemActorOf(Props.Create(() => new TestOutputLogger(output)), $"log-test-{Guid.NewGuid():N}");
        system.EventStream.Subscribe(logger, typeof(LogEvent));
    }

    protected override void OnReceive(object message)
    {
        try
        {
            output.WriteLine(message.ToString());
        }
        catch (InvalidOperationException)
        {
            Context.Stop(Self); // the test has ended
        }
    }
}
