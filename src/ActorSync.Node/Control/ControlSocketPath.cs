using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Control;

/// <summary>
/// Where a node's control socket is: in its data folder, or, when that path is longer than a socket's may be, in the
/// user's runtime folder under a name that follows from the data folder.
/// </summary>
public static class ControlSocketPath
{
    public const string FileName = "control.sock";

    /// <summary>Bytes that the path of a Unix domain socket may have here, its end mark left out.</summary>
    public static int MaximumBytes { get; } = OperatingSystem.IsLinux() ? 107 : 103;

    public static Result<string> For(NodeSettings settings)
    {
        if (settings.ControlPath is { } chosen)
        {
            return Fits(chosen) ? chosen : new SyncError(
                SyncErrorKind.InvalidRequest,
                $"the control socket's path has {Encoding.UTF8.GetByteCount(chosen)} bytes, a socket's may have {MaximumBytes}: choose a shorter one than {chosen}");
        }
        var own = Path.Combine(settings.DataFolder, FileName);
        return Fits(own) ? own : InRuntimeFolder(settings.DataFolder);
    }

    /// <summary>Whether somebody listens there.</summary>
    public static async Task<bool> IsLiveAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return true;
        }
        catch (SocketException e)
        {
            // Refused: the node that made it is gone. Anything else, such as a right that lacks, says that it may live.
            return e.SocketErrorCode is not (SocketError.ConnectionRefused or SocketError.AddressNotAvailable or SocketError.NotSocket);
        }
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaximumBytes;

    private static Result<string> InRuntimeFolder(string dataFolder)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(dataFolder)))[..16];
        if (!RuntimeFolder().TryGet(out var folder, out var error))
            return error;
        var path = Path.Combine(folder, $"actorsync-{name}.sock");
        if (!Fits(path))
            return new SyncError(SyncErrorKind.InvalidRequest, $"no control socket fits below {folder}: set actorsync.control to a path of at most {MaximumBytes} bytes");
        return path;
    }

    private static Result<string> RuntimeFolder()
    {
        // On Windows the folder for temporary files is the user's own.
        if (OperatingSystem.IsWindows())
            return Path.TrimEndingDirectorySeparator(Path.GetTempPath());
        if (Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } given && Directory.Exists(given))
            return given;
        var folder = Path.Combine(Path.GetTempPath(), $"actorsync-{Environment.UserName}");
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        try
        {
            // Only the owner may set the mode: a folder that somebody else put there is not trusted.
            Directory.CreateDirectory(folder, OwnerOnly);
            File.SetUnixFileMode(folder, OwnerOnly);
            return folder;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SyncError(SyncErrorKind.NotAllowed, $"the folder {folder} for control sockets cannot be used: {e.Message}");
        }
    }
}
