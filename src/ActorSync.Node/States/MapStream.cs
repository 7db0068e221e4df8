using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using ActorSync.States;
using ActorSync.States.Json;

namespace ActorSync.Node.States;

/// <summary>Writes a map of entries as it goes, however many there are.</summary>
internal static class MapStream
{
    private const int FlushBytes = 64 << 10;

    /// <summary>Writes the whole answer.</summary>
    public static async Task WriteAsync(
        HttpContext context, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/json";
        await WriteAsync(context.Response.BodyWriter, entries, write, cancellation);
    }

    /// <summary>The same, squeezed by gzip where the client takes that; gives the bytes of the answer.</summary>
    public static async Task<long> WriteSmallAsync(
        HttpContext context, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.Vary = "Accept-Encoding";
        var counted = new CountedStream(context.Response.Body);
        if (!TakesGzip(context.Request))
        {
            await WriteAsync(PipeWriter.Create(counted), entries, write, cancellation);
            return counted.Bytes;
        }
        context.Response.Headers.ContentEncoding = "gzip";
        await using (var gzip = new GZipStream(counted, CompressionLevel.Fastest, leaveOpen: true))
            await WriteAsync(PipeWriter.Create(gzip), entries, write, cancellation);
        return counted.Bytes;
    }

    /// <summary>Writes the map.</summary>
    public static async Task WriteAsync(
        PipeWriter to, Utf8JsonWriter json, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        json.WriteStartObject();
        foreach (var entry in entries)
        {
            json.WritePropertyName(entry.Key);
            write(json, entry);
            if (json.BytesPending < FlushBytes)
                continue;
            json.Flush();
            await to.FlushAsync(cancellation);
        }
        json.WriteEndObject();
        json.Flush();
    }

    private static async Task WriteAsync(PipeWriter to, IReadOnlyList<StateEntry> entries, Action<Utf8JsonWriter, StateEntry> write, CancellationToken cancellation)
    {
        await using var json = new Utf8JsonWriter(to, EntryJson.Options);
        await WriteAsync(to, json, entries, write, cancellation);
        await to.FlushAsync(cancellation);
    }

    private static bool TakesGzip(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(accepted => accepted.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && accepted.Quality is not 0);

    private sealed class CountedStream(Stream inner) : Stream
    {
        public long Bytes { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an answer is written without blocking");

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Bytes += buffer.Length;
            return inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => throw new NotSupportedException("an answer is written without blocking");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
