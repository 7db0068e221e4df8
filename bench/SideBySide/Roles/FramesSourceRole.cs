using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using ActorSync.Bench.SideBySide.Graphs;
using ActorSync.Bench.SideBySide.Harness;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>The floor, sending end: frames of four bytes of length and a payload over TCP, and nothing else.</summary>
internal sealed class FramesSourceRole : Role
{
    private readonly List<Socket> _sockets = [];

    protected override Task<string> StartAsync() => Task.FromResult("ready");

    protected override async Task<string> OnAsync(string verb, string[] words) => (verb, words) switch
    {
        ("connect", [var port, var sockets]) => await ConnectAsync(NodeRole.Number(port), NodeRole.Number(sockets)),
        ("stream", [var frames]) => await StreamAsync(NodeRole.Number(frames)),
        ("rounds", [var rounds, var pace]) => await RoundsAsync(NodeRole.Number(rounds), NodeRole.Number(pace)),
        _ => throw new BenchException($"a source of frames knows no {verb} of {words.Length} words"),
    };

    public override ValueTask DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        return ValueTask.CompletedTask;
    }

    private async Task<string> ConnectAsync(int port, int sockets)
    {
        for (var i = 0; i < sockets; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync("127.0.0.1", port);
            _sockets.Add(socket);
        }
        return "done";
    }

    // As fast as they go, many to a write; answers when the first began.
    private async Task<string> StreamAsync(int frames)
    {
        var frame = Frame();
        var buffer = new byte[frame.Length * 512];
        for (var at = 0; at < buffer.Length; at += frame.Length)
            frame.CopyTo(buffer, at);
        var began = Clock.Now;
        for (var left = frames; left > 0; left -= 512)
            await SendAsync(_sockets[0], buffer.AsMemory(0, Math.Min(left, 512) * frame.Length));
        return began.ToString(CultureInfo.InvariantCulture);
    }

    // One frame to each socket, a pause, and again; answers when each round began.
    private async Task<string> RoundsAsync(int rounds, int paceMilliseconds)
    {
        var (frame, stamps) = (Frame(), new long[rounds]);
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(paceMilliseconds);
            stamps[round] = Clock.Now;
            foreach (var socket in _sockets)
                await SendAsync(socket, frame);
        }
        return Clock.Write(stamps);
    }

    private static async ValueTask SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await socket.SendAsync(bytes)..];
    }

    private static byte[] Frame()
    {
        var frame = new byte[sizeof(int) + GeneratedGraph.PayloadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(frame, GeneratedGraph.PayloadBytes);
        GeneratedGraph.Payload(0).CopyTo(frame, sizeof(int));
        return frame;
    }
}
