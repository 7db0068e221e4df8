using System.Threading.Channels;
using Akka.Actor;

namespace Akka.TestKit.Internal;

/// <summary>Puts what it receives in the queue that a test reads.</summary>
internal sealed class InternalTestActor(ChannelWriter<MessageEnvelope> queue) : UntypedActor, IRunsOnCaller
{
    private Func<object, bool> _ignore;

    /// <summary>Messages that match are dropped; null drops none.</summary>
    internal sealed record SetIgnore(Func<object, bool> Ignore);

    /// <summary>Begins or ends watching; <paramref name="Done"/> is set once it does.</summary>
    internal sealed record SetWatch(IActorRef Target, bool On, TaskCompletionSource Done);


    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case SetIgnore ignore:
                _ignore = ignore.Ignore;
                break;
            case SetWatch watch:
                _ = watch.On ? Context.Watch(watch.Target) : Context.Unwatch(watch.Target);
                watch.Done.SetResult();
                break;
            default:
                if (_ignore?.Invoke(message) != true)
                    queue.TryWrite(new ReceivedEnvelope(message, Sender));
                break;
        }
    }
}
