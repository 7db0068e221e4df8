using ActorSync.Wire;

namespace ActorSync.Peers;

/// <summary>Which part of a node a message of the protocol is for.</summary>
public enum SyncDestination
{
    /// <summary>The graph, which answers a poll with a session of its own.</summary>
    Graph,

    /// <summary>The session, here, that answers a poll of the peer.</summary>
    PollResponder,

    /// <summary>The session, here, that polls the peer, or polled it.</summary>
    PollRequester,

    /// <summary>The subscription that the peer holds here.</summary>
    Subscription,

    /// <summary>The subscription that this node holds at the peer.</summary>
    Subscriber,

    /// <summary>Whoever here sends commands of the graph to the peer: its subscription, and the sessions that answer its polls.</summary>
    Senders,

    /// <summary>Whoever tells the peer of changes here.</summary>
    HelloPublisher,

    /// <summary>Whoever hears from the peer of changes there.</summary>
    HelloSubscriber,

    /// <summary>Whichever of the sessions and subscriptions it refers to.</summary>
    Reference,

    /// <summary>The shared state that it names.</summary>
    State,

    /// <summary>The membership of the mesh.</summary>
    Membership,

    /// <summary>The holding of the graph.</summary>
    Holding,

    /// <summary>The actions that are forwarded here, or from here.</summary>
    Forwarding,

    /// <summary>The channels that are relayed here, or from here.</summary>
    Relaying,

    /// <summary>Known to the protocol, not served by this node.</summary>
    None,
}

/// <summary>The switch on the SyncType: every type has one destination.</summary>
public static class SyncDispatch
{
    public static SyncDestination DestinationOf(SyncType type) => type switch
    {
        SyncType.Poll => SyncDestination.Graph,
        SyncType.Narrowed or SyncType.Credit or SyncType.RequestMissing or SyncType.SyncResume or SyncType.EndSession => SyncDestination.PollResponder,
        SyncType.Level or SyncType.Narrow or SyncType.PollResponse or SyncType.PollEnd or SyncType.Offer => SyncDestination.PollRequester,
        SyncType.Subscribe or SyncType.Unsubscribe or SyncType.PushAck or SyncType.NumberGraphs or SyncType.ShortAck => SyncDestination.Subscription,
        SyncType.Push or SyncType.ShortPush or SyncType.Subscribed or SyncType.Unsubscribed or SyncType.MaximumSubscriptionsExceeded or SyncType.SubscriptionEnded => SyncDestination.Subscriber,
        SyncType.Rejected => SyncDestination.Senders,
        SyncType.HelloSubscribe or SyncType.HelloUnsubscribe => SyncDestination.HelloPublisher,
        SyncType.HelloNotify => SyncDestination.HelloSubscriber,
        SyncType.Error => SyncDestination.Reference,
        >= SyncType.StatePull and <= SyncType.StatePushed => SyncDestination.State,
        SyncType.MemberProbe or SyncType.MemberProbed => SyncDestination.Membership,
        SyncType.Hold or SyncType.HoldingAck => SyncDestination.Holding,
        SyncType.ForwardAction or SyncType.ForwardResult => SyncDestination.Forwarding,
        SyncType.RelayOpen or SyncType.Relay or SyncType.RelayClose => SyncDestination.Relaying,
        _ => SyncDestination.None,
    };
}
