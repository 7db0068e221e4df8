using ActorSync.Graphs;

namespace ActorSync.Wire;

/// <summary>
/// A command's id cut to 40 bits, in a way of the session's own: the first 8 bytes of the id, as a number, times the
/// session's made odd, of which the highest 40 of 64 bits count. Any two commands have the same with a chance of at most
/// 2 in 2 to the power of 40 over the random session, so that nobody who does not know it can make commands that do, and
/// two that did differ when it is tried again.
/// </summary>
public static class ShortId
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 5;

    public static ulong Of(SessionId session, CommandId id) => id.Prefix * (session.Value | 1) >> 24;
}
