using System.Net;
using System.Net.Sockets;

namespace ActorSync.Tests;

/// <summary>Ports for programs that must be told theirs before they start.</summary>
internal static class LoopbackPorts
{
    /// <summary>So many ports of loopback that are free now, no two alike.</summary>
    public static int[] Free(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners)
            listener.Start();
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        foreach (var listener in listeners)
            listener.Dispose();
        return ports;
    }
}
