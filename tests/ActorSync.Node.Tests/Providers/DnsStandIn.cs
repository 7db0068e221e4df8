using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Tests.Providers;

/// <summary>
/// A DNS server on loopback, over UDP and TCP at one port, that answers what a test tells it: for each query the datagrams
/// to send, or the messages over TCP.
/// </summary>
internal sealed class DnsStandIn : IAsyncDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    public DnsStandIn()
    {
        // A port that is free for UDP may be taken for TCP.
        for (var i = 0; ; i++)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            try
            {
                _udp.Bind(tcp.LocalEndpoint);
                _tcp = tcp;
                break;
            }
            catch (SocketException) when (i < 20)
            {
                tcp.Dispose();
            }
        }
        _run = Task.WhenAll(UdpAsync(), TcpAsync());
    }

    public IPEndPoint Address => (IPEndPoint)_tcp.LocalEndpoint;

    /// <summary>The records of each question; a question without any has no records.</summary>
    public ConcurrentDictionary<DnsQuestion, byte[][]> Records { get; } = new();

    /// <summary>What is sent over UDP for a query in place of the reply that <see cref="Records"/> make.</summary>
    public Func<byte[], byte[], IEnumerable<byte[]>> OverUdp { get; set; } = (_, reply) => [reply];

    /// <summary>The same over TCP, with the length before it.</summary>
    public Func<byte[], byte[], byte[]> OverTcp { get; set; } = (_, reply) => [(byte)(reply.Length >> 8), (byte)reply.Length, .. reply];

    /// <summary>The code of replies.</summary>
    public DnsCode Code { get; set; }

    public ConcurrentQueue<string> Asked { get; } = new();

    public static byte[] A(string address, uint seconds = 300) => Record(DnsType.A, seconds, IPAddress.Parse(address).GetAddressBytes());

    public static byte[] Aaaa(string address, uint seconds = 300) => Record(DnsType.Aaaa, seconds, IPAddress.Parse(address).GetAddressBytes());

    public static byte[] Srv(string host, ushort port, uint seconds = 300) =>
        Record(DnsType.Srv, seconds, [0, 1, 0, 1, (byte)(port >> 8), (byte)port, .. host.Split('.').SelectMany(label => Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0]);

    public void Put(string name, DnsType type, params byte[][] records) => Records[DnsQuestion.Of(name, type)] = records;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _udp.Dispose();
        _tcp.Dispose();
        _stop.Dispose();
    }

    // Its name is a pointer to that of the question.
    private static byte[] Record(DnsType type, uint seconds, byte[] data)
    {
        var head = new byte[12];
        (head[0], head[1], head[3], head[5]) = (0xc0, 12, (byte)type, 1);
        BinaryPrimitives.WriteUInt32BigEndian(head.AsSpan(6), seconds);
        BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(10), (ushort)data.Length);
        return [.. head, .. data];
    }

    private async Task UdpAsync()
    {
        var buffer = new byte[DnsCodec.UdpBytes];
        while (true)
        {
            var from = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
            var query = buffer[..from.ReceivedBytes];
            foreach (var datagram in OverUdp(query, Reply(query, "udp")))
                await _udp.SendToAsync(datagram, from.RemoteEndPoint, _stop.Token);
        }
    }

    private async Task TcpAsync()
    {
        while (true)
        {
            using var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
            var stream = client.GetStream();
            var size = new byte[2];
            await stream.ReadExactlyAsync(size, _stop.Token);
            var query = new byte[size[0] << 8 | size[1]];
            await stream.ReadExactlyAsync(query, _stop.Token);
            await stream.WriteAsync(OverTcp(query, Reply(query, "tcp")), _stop.Token);
        }
    }

    private byte[] Reply(byte[] query, string how)
    {
        var labels = new List<string>();
        var at = 12;
        for (; query[at] > 0; at += query[at] + 1)
            labels.Add(Encoding.ASCII.GetString(query, at + 1, query[at]));
        var question = new DnsQuestion(string.Join('.', labels), (DnsType)(query[at + 1] << 8 | query[at + 2]));
        Asked.Enqueue($"{how} {question}");
        var records = Code == DnsCode.NoError && Records.TryGetValue(question, out var some) ? some : [];
        byte[] reply = [.. query, .. records.SelectMany(record => record)];
        (reply[2], reply[3], reply[7]) = (0x81, (byte)(0x80 | (int)Code), (byte)records.Length);
        return reply;
    }
}
