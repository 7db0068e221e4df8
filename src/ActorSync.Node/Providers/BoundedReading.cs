namespace ActorSync.Node.Providers;

/// <summary>Reads what others send, up to a limit.</summary>
internal static class BoundedReading
{
    private const int FirstBytes = 4096;

    /// <summary>All of a stream.</summary>
    /// <exception cref="SyncException">It is longer than it may be: LimitExceeded.</exception>
    public static async Task<ReadOnlyMemory<byte>> ToEndAsync(Stream stream, int most, string what, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Min(FirstBytes, most + 1)];
        var length = 0;
        while (await stream.ReadAsync(buffer.AsMemory(length), cancellation) is > 0 and var read)
        {
            length += read;
            if (length > most)
                throw new SyncException(new SyncError(SyncErrorKind.LimitExceeded, $"{what} is longer than {most} bytes"));
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(2L * length, most + 1L));
        }
        return buffer.AsMemory(0, length);
    }
}
