using System.Collections.Concurrent;
using ActorSync.Graphs;
using ActorSync.Placement;
using ActorSync.Wire;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Double;
using Akka.Configuration;
using Akka.Event;

namespace ActorSync.Cluster.Tests.Support;

/// <summary>The network of the double: what a test of the cluster must be able to rely on.</summary>
public sealed class DoubleTests : IAsyncDisposable
{
    private readonly ActorSystem _one = Start(1);
    private readonly ActorSystem _other = Start(2);
    private readonly ConcurrentQueue<object> _received = [];
    private readonly IActorRef _recorder;

    public DoubleTests() => _recorder = ClusterNode.Of(_one).RefOf(ClusterNode.Of(_other), _other.ActorOf(Props.Create(() => new Recorder(_received)), "recorder"));

    public async ValueTask DisposeAsync()
    {
        await _one.Terminate();
        await _other.Terminate();
    }

    [Fact]
    public async Task What_crosses_is_another_object_with_the_same_words_and_its_answer_finds_the_way_back()
    {
        var sent = Action(7, "an action");
        var answer = await _recorder.Ask<Carried>(sent, TimeSpan.FromSeconds(20));
        Assert.Equal(SyncCodec.Encode(sent.Message).ToArray(), SyncCodec.Encode(answer.Message).ToArray());
        Assert.NotSame(sent, Assert.Single(_received));
        Assert.NotSame(_received.Single(), answer);
        Assert.Equal(("127.0.0.1", 2), (_recorder.Path.Address.Host, _recorder.Path.Address.Port));
    }

    [Theory]
    [InlineData(false, "System.String")]
    [InlineData(true, "more than a frame")]
    public async Task What_has_no_serializer_or_is_too_large_is_lost_with_a_line_in_the_log(bool isLarge, string why)
    {
        var said = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _one.EventStream.Subscribe(_one.ActorOf(Props.Create(() => new Listener(said))), typeof(Error));
        _recorder.Tell(isLarge ? Action(1, new string('a', 5_000)) : "a text", ActorRefs.NoSender);
        Assert.Contains(why, await said.Task.WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);
        await _recorder.Ask<Carried>(Action(2, "another"), TimeSpan.FromSeconds(20));
        Assert.Single(_received);
    }

    [Fact]
    public async Task Nothing_passes_a_cut_until_it_heals()
    {
        await Faults.CutAsync(_one, _other, isCut: true);
        _recorder.Tell(Action(1, "lost"), ActorRefs.NoSender);
        await Faults.CutAsync(_one, _other, isCut: false);
        await _recorder.Ask<Carried>(Action(2, "not lost"), TimeSpan.FromSeconds(20));
        Assert.Single(_received);
    }

    private static Carried Action(ulong token, string text) =>
        new(new ForwardAction(token, new GraphId(), Priority.Basic(0), AckMode.Local, 1_000, System.Text.Encoding.UTF8.GetBytes(text)));

    private static ActorSystem Start(int port) => ActorSystem.Create("actorsync", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString(
        $$"""
        akka {
          loglevel = WARNING, loggers = [], stdout-loglevel = OFF
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = {{port}}, maximum-frame-size = 4096b }
          actor.serializers.actorsync = "ActorSync.Cluster.ClusterSerializer, ActorSync.Cluster"
          actor.serialization-bindings { "ActorSync.Cluster.Carried, ActorSync.Cluster" = actorsync }
        }
        """).WithFallback(ConfigurationFactory.FromResource("ActorSync.Cluster.cluster.conf", typeof(NodeCluster).Assembly)))));

    private sealed class Recorder : ReceiveActor
    {
        public Recorder(ConcurrentQueue<object> received) => ReceiveAny(message =>
        {
            received.Enqueue(message);
            Sender.Tell(message);
        });
    }

    private sealed class Listener : ReceiveActor
    {
        public Listener(TaskCompletionSource<string> said) => Receive<Error>(error => said.TrySetResult($"{error.Message}"));
    }
}
