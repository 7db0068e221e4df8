namespace Akka.Actor;

/// <summary>
/// A place in the tree rather than an actor: told to, it delivers to whoever lives there at that moment, <c>..</c> being
/// the place above. What finds nobody goes to the dead letters.
/// </summary>
public class ActorSelection : ICanTell
{
    private readonly IActorRef _anchor; // null: in another system, where nobody is found
    private readonly string _path;

    internal ActorSelection(IInternalActorRef from, string path)
    {
        System = from.System;
        var root = System.RootPath.ToString();
        if (path.StartsWith(root, StringComparison.Ordinal))
            (_anchor, _path) = (System.RootGuardian, path[root.Length..]);
        else if (!path.Contains("://", StringComparison.Ordinal))
            (_anchor, _path) = (path.StartsWith('/') ? System.RootGuardian : from, path);
        else
            _path = path;
    }

    internal ActorSystemImpl System { get; }

    public void Tell(object message, IActorRef sender = null) => (Find() ?? System.DeadLetters).Tell(message, sender);

    private LocalActorRef Find() => _path.Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(_anchor as LocalActorRef, Step);

    private static LocalActorRef Step(LocalActorRef place, string element) =>
        element == ".." ? place?.Cell.ParentRef as LocalActorRef ?? place : place?.Cell.Child(element) as LocalActorRef;

    public override string ToString() => $"ActorSelection[Anchor({_anchor}), Path({_path})]";
}
