using ActorSync.Peers;
using ActorSync.Transport.Framing;

namespace ActorSync.Transport.Streams;

/// <summary>
/// Turns an open stream into a link: both ends send their hello at once, without waiting for the other's, and judge what
/// comes. The same on both sides, whoever called.
/// </summary>
internal static class StreamLinkOpener
{
    /// <summary>
    /// Shakes hands. The connection belongs to the link then; on an error it has been closed, after a refusal that tells
    /// the other end why, and when cancelled it has been closed at once.
    /// </summary>
    public static async Task<Result<StreamLink>> OpenAsync(
        IConnection connection, LinkIdentity identity, StreamLinkSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        var pulse = new LinkPulse(time, settings.KeepAliveInterval, settings.DeadAfter);
        var meter = new LinkMeter();
        var reader = new FrameReader(connection.Stream, settings.ReadBufferBytes, pulse, meter);
        StreamLink? link = null;
        try
        {
            var own = LinkLimits.HelloOf(identity, settings.Versions);
            var step = await ExchangeAsync(connection.Stream, own, reader, meter, settings, time, cancellation).ConfigureAwait(false);
            var agreed = step.State == HandshakeState.Hello ? Agree(connection, own, step.Hello) : step.Error!;
            if (agreed.TryGet(out var agreement, out var error))
                return link = new StreamLink(connection, agreement, settings, time, pulse, meter, reader);
            if (step.State != HandshakeState.Refused)
                await RefuseAsync(connection, error, settings, time, cancellation).ConfigureAwait(false);
            return error with { Message = $"{connection.RemoteName}: {error.Message}" };
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return new SyncError(SyncErrorKind.Unreachable, $"{connection.RemoteName}: connection lost during the handshake: {e.Message}");
        }
        finally
        {
            if (link is null)
            {
                pulse.Dispose();
                connection.Abort();
            }
        }
    }

    private static Result<Agreement> Agree(IConnection connection, Hello own, Hello theirs)
    {
        var agreed = Agreement.Of(own, theirs);
        return agreed.TryGet(out var agreement, out _) && connection.Admit(agreement.Peer) is { } stranger ? stranger : agreed;
    }

    /// <summary>Sends this end's hello and reads the other's, within the handshake timeout.</summary>
    private static async Task<HandshakeStep> ExchangeAsync(
        Stream stream, Hello own, FrameReader reader, LinkMeter meter, StreamLinkSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(settings.HandshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var opening = HandshakeCodec.WriteOpening(own);
            await stream.WriteAsync(opening, either.Token).ConfigureAwait(false);
            meter.Sent(opening.Length, payloads: 0);

            HandshakeStep step;
            while ((step = HandshakeCodec.ReadOpening(reader.Buffered)).State == HandshakeState.NeedMore)
            {
                if (!await reader.ReadMoreAsync(either.Token).ConfigureAwait(false))
                    return Wrong("closed by peer before its hello was whole");
            }
            reader.Consume(step.ConsumedBytes);
            return step;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Wrong($"no whole hello within {settings.HandshakeTimeout.TotalSeconds:0.###} s");
        }

        static HandshakeStep Wrong(string message) => new(HandshakeState.Wrong, Error: new SyncError(SyncErrorKind.Unreachable, message));
    }

    /// <summary>Tells the other end why there will be no link, as far as it listens.</summary>
    private static async Task RefuseAsync(
        IConnection connection, SyncError why, StreamLinkSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(settings.CloseTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            await connection.Stream.WriteAsync(HandshakeCodec.WriteRefusal(why), either.Token).ConfigureAwait(false);
            await connection.FinishAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It does not listen; it is closed all the same.
        }
    }
}
