namespace Akka.Actor;

/// <summary>Where an actor system is: <c>akka://name@host:port</c>, or <c>akka://name</c> as it calls itself.</summary>
public sealed record Address : IComparable<Address>
{
    public Address(string protocol, string system, string host = null, int? port = null) => (Protocol, System, Host, Port) = (protocol, system, host, port);

    public string Protocol { get; }
    public string System { get; }
    public string Host { get; }
    public int? Port { get; }
    public bool HasLocalScope => string.IsNullOrEmpty(Host);

    /// <summary>The address at the head of a path.</summary>
    public static Address Parse(string address) => address.Split("://") is [var protocol, var rest] && rest.Split('/')[0].Split('@', ':') is var parts && parts.Length == 3
        ? new Address(protocol, parts[0], parts[1], int.Parse(parts[2], null))
        : new Address("akka", address);

    public int CompareTo(Address other) => (Host, Port ?? 0, System).CompareTo((other.Host, other.Port ?? 0, other.System));

    public override string ToString() => HasLocalScope ? $"{Protocol}://{System}" : $"{Protocol}://{System}@{Host}:{Port}";
}
