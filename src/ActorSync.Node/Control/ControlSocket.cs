using System.Net.Sockets;

namespace ActorSync.Node.Control;

/// <summary>Makes the socket that the control server listens on: the owner alone may talk to it.</summary>
internal static class ControlSocket
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Binds, in place of what a node that is gone left behind. The mode is set before anybody can connect, which takes
    /// a listening socket.
    /// </summary>
    public static async Task<Result<Socket>> BindAsync(string path, CancellationToken cancellation)
    {
        if (await ControlSocketPath.IsLiveAsync(path, cancellation))
            return new SyncError(SyncErrorKind.Busy, $"another node answers on the control socket {path}: stop it, or choose another with --control");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            if (File.Exists(path) && !IsSocket(path))
                throw new IOException("there is a file that is no socket");
            File.Delete(path);
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(path, OwnerOnly);
            return socket;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException)
        {
            socket.Dispose();
            return new SyncError(SyncErrorKind.StoreFailed, $"the control socket {path} cannot be made: {e.Message}");
        }
    }

    // A socket has no length and is neither regular nor readable: opening it fails.
    private static bool IsSocket(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
