using ActorSync.Peers;

namespace ActorSync.Transport.Streams;

/// <summary>The running totals of one link; written by its reader and its writer, read by anyone.</summary>
internal sealed class LinkMeter
{
    private long _bytesIn;
    private long _bytesOut;
    private long _payloadsIn;
    private long _payloadsOut;

    public LinkCounters Counters => new(
        Interlocked.Read(ref _bytesIn), Interlocked.Read(ref _bytesOut), Interlocked.Read(ref _payloadsIn), Interlocked.Read(ref _payloadsOut));

    public void Received(int bytes) => Interlocked.Add(ref _bytesIn, bytes);

    public void ReceivedPayload() => Interlocked.Increment(ref _payloadsIn);

    public void Sent(int bytes, int payloads)
    {
        Interlocked.Add(ref _bytesOut, bytes);
        Interlocked.Add(ref _payloadsOut, payloads);
    }
}
