namespace ActorSync.Wire;

/// <summary>The second byte of every payload: what it asks or answers. Never reuse a number.</summary>
public enum SyncType : byte
{
    Poll = 1,
    Level = 2,
    Narrow = 3,
    PollResponse = 4,
    PollEnd = 5,
    Credit = 6,
    Narrowed = 7,

    Subscribe = 10,
    Subscribed = 11,
    MaximumSubscriptionsExceeded = 12,
    Unsubscribe = 13,
    Unsubscribed = 14,
    Push = 15,
    PushAck = 16,
    SubscriptionEnded = 17,
    NumberGraphs = 18,
    ShortPush = 19,

    HelloSubscribe = 20,
    HelloUnsubscribe = 21,
    HelloNotify = 22,

    ShortAck = 23,

    RequestMissing = 30,
    SyncResume = 31,
    Offer = 32,
    EndSession = 33,
    Rejected = 34,

    Error = 40,

    StatePull = 50,
    StateLevel = 51,
    StateDigests = 52,
    StateCompare = 53,
    StateEntries = 54,
    StatePush = 55,
    StatePushed = 56,

    MemberProbe = 60,
    MemberProbed = 61,

    Hold = 70,
    HoldingAck = 71,
    ForwardAction = 72,
    ForwardResult = 73,
    RelayOpen = 74,
    Relay = 75,
    RelayClose = 76,
}
