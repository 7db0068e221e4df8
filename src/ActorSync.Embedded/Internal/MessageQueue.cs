namespace Akka.Actor;

/// <summary>The link of a <see cref="MessageQueue{TNode}"/>.</summary>
internal abstract class QueueNode
{
    internal QueueNode Next;
}

/// <summary>
/// A linked queue of many producers and one consumer. A producer swings the tail with one exchange (a full fence) and
/// then links its node; between the two there is nothing to take yet, although the queue is not empty.
/// </summary>
internal sealed class MessageQueue<TNode> where TNode : QueueNode
{
    private sealed class Stub : QueueNode;

    private QueueNode _head;
    private QueueNode _tail;

    internal MessageQueue() => _head = _tail = new Stub();

    /// <summary>For the consumer: true when no producer has swung the tail, so that no message can be overlooked.</summary>
    internal bool IsEmpty => ReferenceEquals(_head, Volatile.Read(ref _tail));

    internal void Enqueue(TNode node)
    {
        var before = Interlocked.Exchange(ref _tail, node);
        Volatile.Write(ref before.Next, node);
    }

    /// <summary>Takes the oldest node, or null. The node taken stays as the queue's stub until the next is taken.</summary>
    internal TNode TryDequeue()
    {
        var next = Volatile.Read(ref _head.Next);
        if (next is null)
            return null;
        // The old stub is cut off, so that a long chain of old nodes never hangs on a promoted one.
        _head.Next = null;
        _head = next;
        return (TNode)next;
    }
}

/// <summary>A user message in a mailbox.</summary>
internal sealed class UserMessage(object message, IActorRef sender) : QueueNode
{
    private object _message = message;
    private IActorRef _sender = sender;

    /// <summary>Empties the node, which may live on as the stub of its queue.</summary>
    internal Envelope Take()
    {
        var envelope = new Envelope(_message, _sender);
        _message = null;
        _sender = null;
        return envelope;
    }
}
