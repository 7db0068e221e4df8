namespace ActorSync.Peers.Providers.Dns;

/// <summary>The types of records that are asked for, with their numbers (RFC 1035, 3596, 2782).</summary>
public enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Aaaa = 28,
    Srv = 33,
}

/// <summary>What a server says of a question (RFC 1035 4.1.1); others than these are failures of the server all alike.</summary>
public enum DnsCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>One question: a name, without a dot at its end, in lower case, and what is asked of it.</summary>
public readonly record struct DnsQuestion(string Name, DnsType Type)
{
    /// <summary>The question of a name however it is written.</summary>
    public static DnsQuestion Of(string name, DnsType type) => new(name.TrimEnd('.').ToLowerInvariant(), type);

    public override string ToString() => $"{Type.ToString().ToUpperInvariant()} of {Name}";
}

/// <summary>One record of an answer: an address, or where a service is.</summary>
/// <param name="Host">An address in its canonical form, or of SRV the name of the host: "" when there is no such service.</param>
/// <param name="TimeToLive">How long it holds.</param>
/// <param name="Port">Of SRV: the port.</param>
/// <param name="Priority">Of SRV: the lowest is meant to be used first.</param>
/// <param name="Weight">Of SRV: among those of one priority, the share of each.</param>
public sealed record DnsRecord(string Host, TimeSpan TimeToLive, ushort Port = 0, ushort Priority = 0, ushort Weight = 0);

/// <summary>A server's reply to one question.</summary>
/// <param name="Code">Whether it could answer.</param>
/// <param name="IsTruncated">The reply did not fit: ask again over TCP. There are no records then.</param>
/// <param name="Records">The records asked for, aliases followed.</param>
public sealed record DnsReply(DnsCode Code, bool IsTruncated, IReadOnlyList<DnsRecord> Records);
