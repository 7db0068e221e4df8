using ActorSync.Graphs.Hellos;
using ActorSync.Machines;
using ActorSync.Peers;

namespace ActorSync.Graphs.Spread;

/// <summary>What a node knows of one of its neighbours for one graph.</summary>
internal sealed class Neighbour(NodeId node)
{
    public NodeId Node => node;

    /// <summary>Whether the overlay names it; else it asked for this node itself, or is kept for a while.</summary>
    public bool IsChosen { get; set; }

    /// <summary>Whether it pushes; else it only tells of heads.</summary>
    public bool IsEager { get; set; }

    /// <summary>Whether it was asked for either: not before there is a link.</summary>
    public bool IsAsked { get; set; }

    /// <summary>On what terms it tells of heads; each lazy neighbour has more patience than those before it.</summary>
    public HelloTerms Terms { get; set; } = HelloTerms.Default;

    /// <summary>When it counts as gone if there is no link by then.</summary>
    public MonotonicTime LinkBy { get; set; } = MonotonicTime.Never;

    /// <summary>When to part from it.</summary>
    public MonotonicTime LeaveAt { get; set; } = MonotonicTime.Never;

    /// <summary>Until then it stays what it is, whatever it asks for itself.</summary>
    public MonotonicTime HeldUntil { get; set; }

    /// <summary>Pushes that brought nothing new since it became eager.</summary>
    public int InVain { get; set; }

    /// <summary>How many of those make it lazy.</summary>
    public int Tolerance { get; set; }
}
