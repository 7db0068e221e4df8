namespace ActorSync.Node.Control;

/// <summary>What a client of the control socket may take.</summary>
internal static class ControlLimits
{
    /// <summary>Bytes of a body of JSON. Where a body is a payload, it has as many as the node's commands may have.</summary>
    public const long JsonBytes = 64 << 10;

    /// <summary>Bytes of a write of a shared state: the key, and a value of the size that one may have.</summary>
    public const long StateJsonBytes = 256 << 10;

    /// <summary>Bytes past that limit that are still read, so that a body that is too long gets the node's own answer.</summary>
    public const long BodySlackBytes = 64 << 10;

    /// <summary>Connections at once.</summary>
    public const int Connections = 64;

    /// <summary>Bytes of a request line.</summary>
    public const int RequestLineBytes = 4 << 10;

    /// <summary>Bytes of all headers.</summary>
    public const int HeaderBytes = 16 << 10;

    /// <summary>For the headers of a request to come.</summary>
    public static readonly TimeSpan Headers = TimeSpan.FromSeconds(5);

    /// <summary>For a connection without a request.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    /// <summary>For an answer that is not streamed.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(60);

    /// <summary>Without a line in a stream, after which an empty one is sent: the other end sees that this one lives.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>Without a byte in a stream, after which the client takes the node for gone.</summary>
    public static readonly TimeSpan StreamSilence = TimeSpan.FromSeconds(30);

    /// <summary>For requests under way when the node stops.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(5);
}
