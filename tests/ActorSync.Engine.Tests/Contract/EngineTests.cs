using ActorSync.Engine.Tests.Api;
using Akka.Actor;
#if !ACTOR_ENGINE_AKKA
using Akka.Configuration;
using Akka.Event;
#endif

namespace ActorSync.Engine.Tests.Contract;

/// <summary>Which engine runs, and what the embedded one refuses.</summary>
public sealed class EngineTests
{
    [Fact]
    public void The_actor_system_comes_from_the_engine_that_was_chosen() =>
        Assert.Equal(EngineUnderTest.Assembly, typeof(ActorSystem).Assembly.GetName().Name);

#if !ACTOR_ENGINE_AKKA
    [Theory]
    [InlineData("akka.actor.provider = cluster", "akka.actor.provider")]
    [InlineData("akka.actor.provider = remote", "akka.actor.provider")]
    [InlineData("akka.remote.dot-netty.tcp.port = 0", "akka.remote.dot-netty.tcp.port")]
    [InlineData("akka.cluster.seed-nodes = [\"x\"]", "akka.cluster.seed-nodes")]
    [InlineData("akka { actor { serialize-messages = on } }", "akka.actor.serialize-messages")]
    [InlineData("akka.loglevel { typo = INFO }", "akka.loglevel.typo")]
    [InlineData("akka.remote {}", "akka.remote")]
    public void What_the_embedded_engine_lacks_is_refused_with_the_key_and_what_to_do(string hocon, string key)
    {
        var refusal = Assert.Throws<ConfigurationException>(() => ActorSystem.Create("refused", ConfigurationFactory.ParseString(hocon)));
        Assert.Contains(key, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("build with ActorEngine=Akka or remove the key", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void A_key_in_a_fallback_is_refused_too() =>
        Assert.Throws<ConfigurationException>(() => ActorSystem.Create(
            "refused", ConfigurationFactory.ParseString("akka.loglevel = OFF").WithFallback(ConfigurationFactory.ParseString("akka.remote.x = 1"))));

    [Theory]
    [InlineData("akka.loglevel = LOUD")]
    [InlineData("akka.coordinated-shutdown.terminate-actor-system = off")]
    [InlineData("akka.loggers = [\"No.Such.Logger, Nowhere\"]")]
    [InlineData("akka.scheduler.implementation = \"No.Such.Scheduler, Nowhere\"")]
    public void Values_that_mean_nothing_are_refused(string hocon) =>
        Assert.Throws<ConfigurationException>(() => ActorSystem.Create("refused", ConfigurationFactory.ParseString(hocon)));

    // Akka.NET leaves the loggers to say so.
    [Fact]
    public async Task A_log_template_that_does_not_fit_is_logged_as_it_stands()
    {
        var system = ActorSystem.Create("names", ConfigurationFactory.ParseString("akka { loglevel = INFO, loggers = [], log-dead-letters = off }"));
        var logged = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.EventStream.Subscribe(system.ActorOf(Props.Create(() => new Reader(logged))), typeof(Info));
        system.Log.Info("{Peer} has {1:000}", "anna", 7);
        Assert.Equal("{Peer} has {1:000} (this log template does not fit its arguments: anna, 7)", await logged.Task.WaitAsync(TimeSpan.FromSeconds(10)));
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
    }

    private sealed class Reader : ReceiveActor
    {
        public Reader(TaskCompletionSource<string> logged) => Receive<Info>(info => logged.TrySetResult(info.Message.ToString()!));
    }

    [Fact]
    public async Task Other_keys_are_the_applications_own()
    {
        var system = ActorSystem.Create("fine", ConfigurationFactory.ParseString("actorsync.x = 1\nakka { loglevel = OFF, test.y = 2, actor.provider = local }"));
        Assert.Equal(1, system.Settings.Config.GetInt("actorsync.x"));
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(10));
    }
#endif
}
