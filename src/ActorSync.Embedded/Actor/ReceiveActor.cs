namespace Akka.Actor;

/// <summary>An actor with a handler per message type, declared in the constructor and in <c>Become</c>. The first handler that fits takes the message.</summary>
public abstract class ReceiveActor : UntypedActor
{
    private readonly Handlers _initial = new();
    private Handlers _configuring;

    protected ReceiveActor() => _configuring = _initial;

    internal void EndConfiguration() => _configuring = null;

    private protected sealed override bool ReceiveFirst(object message) => _initial.Handle(message);

    protected sealed override void OnReceive(object message) => _initial.Handle(message);

    protected void Become(Action configure) => Become(Configure(configure));

    private Receive Configure(Action configure)
    {
        var (before, handlers) = (_configuring, new Handlers());
        _configuring = handlers;
        try
        {
            configure();
        }
        finally
        {
            _configuring = before;
        }
        return handlers.Handle;
    }

    protected void Receive<T>(Action<T> handler, Predicate<T> shouldHandle = null) => Add(new ActionHandler<T>(handler, shouldHandle));

    protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

    /// <summary>A handler that says itself whether it took the message.</summary>
    protected void Receive<T>(Func<T, bool> handler) => Add(new FuncHandler<T>(handler));

    protected void ReceiveAny(Action<object> handler) => Receive(handler);

    private void Add(Handler handler)
    {
        if (_configuring is null)
            throw new InvalidOperationException("You may only call Receive-methods when constructing the actor and inside Become().");
        _configuring.Add(handler);
    }

    /// <summary>The handlers of one behaviour, in the order in which they were declared.</summary>
    private sealed class Handlers
    {
        private Handler[] _all = [];

        internal void Add(Handler handler)
        {
            if (_all.Length > 0 && _all[^1].TakesAll)
                throw new InvalidOperationException("A handler that catches all messages has been added. No handler can be added after that.");
            _all = [.. _all, handler];
        }

        internal bool Handle(object message)
        {
            foreach (var handler in _all)
            {
                if (handler.TryHandle(message))
                    return true;
            }
            return false;
        }
    }

    private abstract class Handler
    {
        internal virtual bool TakesAll => false;
        internal abstract bool TryHandle(object message);
    }

    private sealed class ActionHandler<T>(Action<T> handle, Predicate<T> fits) : Handler
    {
        internal override bool TakesAll => fits is null && typeof(T) == typeof(object);

        internal override bool TryHandle(object message)
        {
            if (message is not T typed || (fits is not null && !fits(typed)))
                return false;
            handle(typed);
            return true;
        }
    }

    private sealed class FuncHandler<T>(Func<T, bool> handle) : Handler
    {
        internal override bool TryHandle(object message) => message is T typed && handle(typed);
    }
}
