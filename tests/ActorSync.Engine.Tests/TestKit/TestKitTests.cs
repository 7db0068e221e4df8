using Akka.Actor;
using Akka.Event;
using Akka.TestKit;
using Xunit.Abstractions;

namespace ActorSync.Engine.Tests.TestKit;

/// <summary>The ways to begin and end a test.</summary>
public sealed class TestKitTests
{
    [Fact]
    public void A_test_may_run_on_a_given_system_and_ends_it()
    {
        var system = ActorSystem.Create("given", Akka.TestKit.Xunit2.TestKit.DefaultConfig);
        using (var test = new Akka.TestKit.Xunit2.TestKit(system))
        {
            Assert.Same(system, test.Sys);
            test.ActorOf<Echo>().Tell(1, test.TestActor);
            test.ExpectMsg(1);
        }

        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public void A_test_may_name_its_system_and_configure_it()
    {
        using var test = new Akka.TestKit.Xunit2.TestKit("akka.test.single-expect-default = 7s", "named");
        Assert.Equal("named", test.Sys.Name);
        Assert.Equal(TimeSpan.FromSeconds(7), test.RemainingOrDefault);
        Assert.Equal(TimeSpan.FromSeconds(5), test.TestKitSettings.DefaultTimeout);
    }

    [Fact]
    public void The_log_goes_to_the_output_of_the_test()
    {
        var output = new Lines();
        using var test = new Akka.TestKit.Xunit2.TestKit("akka.loglevel = INFO", output);
        test.ActorOf<Scribe>().Tell((LogLevel.InfoLevel, "written"));
        test.AwaitAssert(() => Assert.Contains(output.Snapshot(), line => line.EndsWith("written", StringComparison.Ordinal)));
    }

    private sealed class Lines : ITestOutputHelper
    {
        private readonly List<string> _lines = [];

        public List<string> Snapshot()
        {
            lock (_lines)
                return [.. _lines];
        }

        public void WriteLine(string message)
        {
            lock (_lines)
                _lines.Add(message);
        }

        public void WriteLine(string format, params object[] args) => WriteLine(string.Format(null, format, args));
    }
}

public sealed class NoImplicitSenderTests : Akka.TestKit.Xunit2.TestKit, INoImplicitSender
{
    [Fact]
    public void What_a_test_without_an_implicit_sender_tells_has_none() =>
        EventFilter.DeadLetter<string>().ExpectOne(() => ActorOf<Echo>().Tell("x"));

    [Fact]
    public void A_sender_may_still_be_named()
    {
        ActorOf<Echo>().Tell("x", TestActor);
        ExpectMsg("x");
    }
}
