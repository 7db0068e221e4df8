using Akka.Actor;

namespace Akka.Event;

/// <summary>Marks a message whose loss is nothing to report, like a late timer.</summary>
public interface IDeadLetterSuppression;

/// <summary>A message that nobody handled, with who sent it to whom.</summary>
public abstract class AllDeadLetters
{
    private protected AllDeadLetters(object message, IActorRef sender, IActorRef recipient) => (Message, Sender, Recipient) = (message, sender, recipient);

    public object Message { get; }
    public IActorRef Sender { get; }
    public IActorRef Recipient { get; }

    public override string ToString() => $"{GetType().Name} from {Sender} to {Recipient}: <{Message}>";
}

/// <summary>Its recipient had stopped or never lived.</summary>
public sealed class DeadLetter : AllDeadLetters
{
    internal DeadLetter(object message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>A dead letter of a kind that is expected.</summary>
public sealed class SuppressedDeadLetter : AllDeadLetters
{
    internal SuppressedDeadLetter(IDeadLetterSuppression message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>Its recipient has no handler for it.</summary>
public sealed class UnhandledMessage : AllDeadLetters
{
    internal UnhandledMessage(object message, IActorRef sender, IActorRef recipient) : base(message, sender, recipient) { }
}

/// <summary>Logs dead letters up to <c>akka.log-dead-letters</c>, then says so and is silent.</summary>
internal sealed class DeadLetterListener : UntypedActor
{
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private int _count;

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is not AllDeadLetters letter)
            return;
        var settings = Context.System.Settings;
        if (!settings.LogDeadLettersDuringShutdown && ((ActorSystemImpl)Context.System).IsTerminating)
            return;
        var last = ++_count == settings.LogDeadLetters;
        var what = $"Message [{letter.Message.GetType().Name}] from {letter.Sender} to {letter.Recipient} was {(letter is UnhandledMessage ? "unhandled" : "not delivered")}.";
        _log.Info(
            "{0} [{1}] dead letters encountered{2}. This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'.",
            what, _count, last ? ", no more dead letters will be logged" : string.Empty);
        if (last)
            Context.Stop(Self);
    }
}
