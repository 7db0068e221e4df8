using System.Net;
using System.Net.Sockets;

namespace ActorSync.Tests;

/// <summary>Ports for programs that must be told theirs before they start.</summary>
internal static class LoopbackPorts
{
    private static readonly HashSet<int> Given = [];

    /// <summary>So many ports of loopback that are free now, and that nobody else in this process was given, who may not use them yet.</summary>
    public static int[] Free(int count)
    {
        var ports = new List<int>();
        var listeners = new List<TcpListener>();
        lock (Given)
        {
            while (ports.Count < count)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                // Held until the end, so that it does not come again.
                listeners.Add(listener);
                var port = ((IPEndPoint)listener.LocalEndpoint).Port;
                if (Given.Add(port))
                    ports.Add(port);
            }
        }
        foreach (var listener in listeners)
            listener.Dispose();
        return [.. ports];
    }
}
