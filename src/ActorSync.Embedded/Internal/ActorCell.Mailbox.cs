namespace Akka.Actor;

// The mailbox: two queues and one word of state. A cell is on the thread pool at most once, so everything that is not
// a queue or the state word belongs to the thread that runs the cell.
internal sealed partial class ActorCell : IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Blocked = 1; // idle, and only a system message is worth a run
    private const int Scheduled = 2;

    [ThreadStatic]
    private static ActorCell _current;

    private readonly bool _runsOnCaller;
    private readonly MessageQueue<SystemMessage> _systemMessages = new();
    private readonly MessageQueue<UserMessage> _userMessages = new();
    private Stack<Envelope> _front; // unstashed messages, next one on top
    private int _state;
    private int _suspensions;
    private volatile bool _terminated;
    private int _envelopeId;

    /// <summary>The cell whose actor runs on this thread, or null; a test makes its test actor the current one.</summary>
    internal static ActorCell Current
    {
        get => _current;
        set => _current = value;
    }

    internal bool IsTerminated => _terminated;

    private bool IsBlocked => _suspensions > 0 && !_terminated;

    internal void Post(object message, IActorRef sender)
    {
        _userMessages.Enqueue(new UserMessage(message, sender));
        if (Volatile.Read(ref _state) == Idle && Interlocked.CompareExchange(ref _state, Scheduled, Idle) == Idle)
            Schedule();
    }

    internal void Post(SystemMessage message)
    {
        _systemMessages.Enqueue(message);
        while (Volatile.Read(ref _state) is var seen && seen != Scheduled)
        {
            if (Interlocked.CompareExchange(ref _state, Scheduled, seen) != seen)
                continue;
            Schedule();
            return;
        }
    }

    private void Schedule()
    {
        if (!_runsOnCaller)
        {
            NextRuns.Add(this);
            return;
        }
        var before = _current;
        Run();
        _current = before;
    }

    void IThreadPoolWorkItem.Execute() => NextRuns.Run(this);

    internal void Run()
    {
        _current = this;
        try
        {
            RunSystemMessages();
            var left = SystemImpl.Throughput;
            while (left-- > 0 && !IsBlocked && TryTakeUserMessage(out var envelope))
            {
                if (left < SystemImpl.Throughput - 1)
                    NextRuns.GoOn();
                if (_terminated)
                    SystemImpl.DeadLetterRef.Deliver(envelope.Message, envelope.Sender, Self);
                else
                    Invoke(envelope);
                if (!_systemMessages.IsEmpty)
                    RunSystemMessages();
            }
        }
        finally
        {
            _current = null;
            Release();
        }
    }

    // The exchange is a full fence: a producer that still saw the cell scheduled has queued before it, and is seen here.
    private void Release()
    {
        var blocked = IsBlocked;
        var more = !blocked && _front is { Count: > 0 };
        Interlocked.Exchange(ref _state, blocked ? Blocked : Idle);
        if (!more && _systemMessages.IsEmpty && (blocked || _userMessages.IsEmpty))
            return;
        var idle = blocked ? Blocked : Idle;
        if (Interlocked.CompareExchange(ref _state, Scheduled, idle) == idle)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private bool TryTakeUserMessage(out Envelope envelope)
    {
        if (_front is not null && _front.TryPop(out envelope))
            return true;
        var node = _userMessages.TryDequeue();
        envelope = node?.Take() ?? default;
        return node is not null;
    }

    /// <summary>Puts messages before all that wait, the first of them next.</summary>
    internal void PutInFront(IEnumerable<Envelope> envelopes)
    {
        _front ??= new Stack<Envelope>();
        foreach (var envelope in envelopes.Reverse())
        {
            _front.Push(envelope);
            if (envelope.Message is Terminated terminated)
                _terminatedQueued.Add(terminated.ActorRef); // expected once more
        }
    }

    private void DrainToDeadLetters()
    {
        while (TryTakeUserMessage(out var envelope))
            SystemImpl.DeadLetterRef.Deliver(envelope.Message, envelope.Sender, Self);
    }
}

/// <summary>An actor of tests: runs on the thread that tells it, so that it has received before the tell returns.</summary>
internal interface IRunsOnCaller;
