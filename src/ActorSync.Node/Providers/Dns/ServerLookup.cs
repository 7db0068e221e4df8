using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Providers.Dns;

/// <summary>
/// Asks DNS servers itself, which tells how long an answer holds and knows services (SRV). Each question goes over UDP from
/// a port of its own with an id drawn at random, and over TCP when the answer does not fit; a server that fails, or says
/// nothing in time, is passed over for the next.
/// </summary>
public sealed class ServerLookup(DnsServerSettings settings, TimeProvider time) : IDnsLookup
{
    /// <summary>Datagrams that are passed over, because they are not the reply, before a server is given up.</summary>
    public const int MaximumStrangers = 32;

    public async Task<Result<IReadOnlyList<DnsRecord>>> AskAsync(DnsQuestion question, CancellationToken cancellation)
    {
        var servers = settings.Servers.Count > 0 ? settings.Servers : await ResolvConf.ReadAsync(DnsServerSettings.SystemFile, cancellation);
        var failure = Failed(question, "there is no server to ask");
        for (var attempt = 0; attempt < settings.Attempts; attempt++)
        {
            foreach (var server in servers)
            {
                var answer = await AskOneAsync(server, question, cancellation);
                if (answer.TryGet(out var reply, out var error))
                {
                    if (reply.Code == DnsCode.NoError)
                        return new Result<IReadOnlyList<DnsRecord>>(reply.Records);
                    if (reply.Code == DnsCode.NoSuchName)
                        return Failed(question, "there is no such name");
                    error = Failed(question, $"the server {server} says {reply.Code}");
                }
                failure = error;
            }
        }
        return failure;
    }

    private async Task<Result<DnsReply>> AskOneAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(settings.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
            var query = DnsCodec.Write(id, question);
            var answer = await OverUdpAsync(server, id, query, question, either.Token);
            if (!answer.TryGet(out var reply, out _) || !reply.IsTruncated)
                return answer;
            answer = await OverTcpAsync(server, id, query, question, either.Token);
            return answer.TryGet(out reply, out _) && reply.IsTruncated ? Failed(question, $"the server {server} has too much to say even for TCP") : answer;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return Failed(question, $"the server {server} cannot be asked: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed(question, $"the server {server} did not answer within {settings.Timeout.TotalSeconds:0.###} s");
        }
    }

    private static async Task<Result<DnsReply>> OverUdpAsync(IPEndPoint server, ushort id, byte[] query, DnsQuestion question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // Connected: datagrams of others than the server do not arrive.
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(query, cancellation);
        var buffer = new byte[DnsCodec.UdpBytes];
        for (var i = 0; i < MaximumStrangers; i++)
        {
            int length;
            try
            {
                length = await socket.ReceiveAsync(buffer, cancellation);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
            {
                continue;
            }
            if (DnsCodec.IsReplyTo(buffer.AsSpan(0, length), id, question))
                return DnsCodec.Read(buffer.AsSpan(0, length), question);
        }
        return Failed(question, $"the server {server} sent {MaximumStrangers} datagrams, none of them the reply");
    }

    private static async Task<Result<DnsReply>> OverTcpAsync(IPEndPoint server, ushort id, byte[] query, DnsQuestion question, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(new[] { (byte)(query.Length >> 8), (byte)query.Length }.Concat(query).ToArray(), cancellation);
        var size = new byte[2];
        await stream.ReadExactlyAsync(size, cancellation);
        var message = new byte[size[0] << 8 | size[1]];
        await stream.ReadExactlyAsync(message, cancellation);
        return DnsCodec.IsReplyTo(message, id, question)
            ? DnsCodec.Read(message, question)
            : Failed(question, $"the server {server} sent something else than the reply");
    }

    private static SyncError Failed(DnsQuestion question, string why) => new(SyncErrorKind.Unreachable, $"DNS, {question}: {why}");
}
