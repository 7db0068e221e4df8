using System.Text;
using System.Text.Json;
using ActorSync.Node.Control;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ActorSync.Node.States;

/// <summary>
/// Lets so many connections to an endpoint be open at once. One that comes beyond is answered so where it speaks in the clear,
/// and ends; that is told when it begins, and again after there was room in between.
/// </summary>
internal sealed class ConnectionGate(int most, bool isClear, Action<string> tell)
{
    private static readonly byte[] Full = Answer();

    private int _open;
    private int _isFull;
    private long _refused;

    /// <summary>Connections that are open; those that are being turned away are among them.</summary>
    public int Open => Volatile.Read(ref _open);

    public int Most => most;

    /// <summary>Connections that found no room.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Stands before whatever else the connections pass.</summary>
    public void Guard(ListenOptions listen) => listen.Use(next => connection => PassAsync(connection, next));

    private async Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) <= most)
                await next(connection);
            else
                await RefuseAsync(connection);
        }
        finally
        {
            if (Interlocked.Decrement(ref _open) < most)
                Volatile.Write(ref _isFull, 0);
        }
    }

    private async Task RefuseAsync(ConnectionContext connection)
    {
        Interlocked.Increment(ref _refused);
        if (Interlocked.Exchange(ref _isFull, 1) == 0)
            tell($"{most} connections are open, and more are turned away (actorsync.states.connections)");
        if (isClear)
            await connection.Transport.Output.WriteAsync(Full);
    }

    private static byte[] Answer()
    {
        var error = new SyncError(SyncErrorKind.Busy, "too many connections are open here; try again later");
        var body = JsonSerializer.Serialize(new ErrorBody(ErrorRecord.Of(error)), ControlJson.Line.ErrorBody);
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nRetry-After: 1\r\nConnection: close\r\n\r\n{body}");
    }
}
