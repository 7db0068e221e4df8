using System.IO.Enumeration;

namespace Akka.Actor;

/// <summary>
/// A place in the tree rather than an actor: told to, it delivers to whoever lives there at that moment. A path element
/// may hold <c>*</c> and <c>?</c>; <c>..</c> goes up. What finds nobody goes to the dead letters.
/// </summary>
public class ActorSelection : ICanTell
{
    private readonly string[] _elements;

    private ActorSelection(IActorRef anchor, string[] elements) => (Anchor, _elements) = (anchor, elements);

    public IActorRef Anchor { get; }

    public string PathString => "/" + string.Join('/', _elements);

    internal static ActorSelection Of(IInternalActorRef anchor, string path)
    {
        var root = anchor.System.RootPath.ToString();
        var absolute = path.StartsWith('/');
        if (path.StartsWith(root, StringComparison.Ordinal))
            (path, absolute) = (path[root.Length..], true);
        else if (path.Contains("://", StringComparison.Ordinal))
            return new ActorSelection(anchor.System.DeadLetters, ["*"]); // another system: nobody here
        var elements = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return new ActorSelection(absolute ? anchor.System.RootGuardian : anchor, elements);
    }

    public void Tell(object message, IActorRef sender = null)
    {
        var found = false;
        foreach (var target in Find())
        {
            found = true;
            target.Tell(message, sender);
        }
        if (!found)
            ((IInternalActorRef)Anchor).System.DeadLetters.Tell(message, sender);
    }

    /// <summary>The actor that answers from there.</summary>
    /// <exception cref="ActorNotFoundException">Nobody lives there, or does not answer in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException($"No actor lives at {this}.");
        }
        catch (AskTimeoutException cause)
        {
            throw new ActorNotFoundException($"No actor answered at {this}.", cause);
        }
    }

    private IEnumerable<IActorRef> Find()
    {
        IEnumerable<IActorRef> found = [Anchor];
        foreach (var element in _elements)
            found = found.SelectMany(place => Step(place, element)).ToArray();
        return found;
    }

    private static IEnumerable<IActorRef> Step(IActorRef place, string element)
    {
        if (place is not LocalActorRef { Cell: var cell })
            return [];
        if (element == "..")
            return [cell.ParentRef is LocalActorRef parent ? parent : place];
        if (element.AsSpan().ContainsAny('*', '?'))
            return cell.GetChildren().Where(child => FileSystemName.MatchesSimpleExpression(element, child.Path.Name, ignoreCase: false));
        return cell.Child(element) is LocalActorRef child ? [child] : [];
    }

    public override string ToString() => $"ActorSelection[Anchor({Anchor}), Path({PathString})]";
}
