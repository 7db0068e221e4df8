using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorSync.Bench.SideBySide.Harness;
using Microsoft.Win32.SafeHandles;

namespace ActorSync.Bench.SideBySide.Roles;

/// <summary>The floor, receiving end: reads frames and appends their payloads to files, if it is given any.</summary>
internal sealed class FramesSinkRole : Role
{
    private const int BufferBytes = 64 << 10;

    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];
    private readonly List<SafeFileHandle> _files = [];
    private Task<string> _taking = Task.FromResult("");

    protected override Task<string> StartAsync()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(256);
        return Task.FromResult(((IPEndPoint)_listener.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture));
    }

    protected override async Task<string> OnAsync(string verb, string[] words) => (verb, words) switch
    {
        ("accept", [var sockets]) => await AcceptAsync(NodeRole.Number(sockets)),
        ("take", [var frames]) => Begin(() => TakeAsync(NodeRole.Number(frames), null)),
        ("take", [var frames, var file]) => Begin(() => TakeAsync(NodeRole.Number(frames), file)),
        ("rounds", [var rounds]) => Begin(() => RoundsAsync(NodeRole.Number(rounds), null)),
        ("rounds", [var rounds, var folder]) => Begin(() => RoundsAsync(NodeRole.Number(rounds), folder)),
        ("stamps", []) => await _taking,
        _ => throw new BenchException($"a sink of frames knows no {verb} of {words.Length} words"),
    };

    public override ValueTask DisposeAsync()
    {
        _sockets.ForEach(socket => socket.Dispose());
        _files.ForEach(file => file.Dispose());
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> AcceptAsync(int sockets)
    {
        for (var i = 0; i < sockets; i++)
            _sockets.Add(await _listener.AcceptAsync());
        return "done";
    }

    private string Begin(Func<Task<string>> taking)
    {
        _taking = taking();
        return "done";
    }

    // Answers when the last frame was in its file, and the file on the disk.
    private async Task<string> TakeAsync(int frames, string? path)
    {
        var (file, at, taken) = (path is null ? null : Open(path), 0L, 0);
        await ReadAsync(_sockets[0], frames, read =>
        {
            taken += read.Frames;
            if (file is not null)
                RandomAccess.Write(file, read.Bytes.Span, at);
            at += read.Bytes.Length;
        });
        if (file is not null)
            RandomAccess.FlushToDisk(file);
        return Clock.Now.ToString(CultureInfo.InvariantCulture);
    }

    // Stamps when the last of the sockets had its frame of each round, and it was appended.
    private async Task<string> RoundsAsync(int rounds, string? folder)
    {
        var (stamps, taken) = (new long[rounds], 0);
        await Task.WhenAll(_sockets.Select(async (socket, number) =>
        {
            var (file, at) = (folder is null ? null : Open(Path.Combine(folder, $"{number}")), 0L);
            await ReadAsync(socket, rounds, read =>
            {
                if (file is not null)
                    RandomAccess.Write(file, read.Bytes.Span, at);
                at += read.Bytes.Length;
                var last = Interlocked.Add(ref taken, read.Frames);
                if (last % _sockets.Count == 0)
                    stamps[last / _sockets.Count - 1] = Clock.Now;
            });
        }));
        return Clock.Write(stamps);
    }

    private SafeFileHandle Open(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        _files.Add(file);
        return file;
    }

    // Hands over what whole frames each read brought.
    private static async Task ReadAsync(Socket socket, int frames, Action<(ReadOnlyMemory<byte> Bytes, int Frames)> taken)
    {
        var (buffer, filled) = (new byte[BufferBytes], 0);
        while (frames > 0)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(filled));
            if (read == 0)
                throw new BenchException("the source is gone");
            filled += read;
            var (whole, count) = (0, 0);
            while (filled - whole >= sizeof(int) && Length(buffer, whole) is var length && filled - whole >= length)
                (whole, count) = (whole + length, count + 1);
            taken((buffer.AsMemory(0, whole), count));
            frames -= count;
            buffer.AsSpan(whole, filled - whole).CopyTo(buffer);
            filled -= whole;
        }
    }

    private static int Length(byte[] buffer, int at) => sizeof(int) + BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
}
