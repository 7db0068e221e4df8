namespace ActorSync.Node.Configuration;

/// <summary>The files that a node's TLS is made of: the keys under <c>actorsync.tls</c>.</summary>
public sealed record TlsFiles
{
    /// <summary>The node's certificate, in PEM, with the authorities between it and a root behind it, if any.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its private key, in PEM without a password; null when it stands in the certificate's file.</summary>
    public string? Key { get; init; }

    /// <summary>The authorities that are believed, in PEM.</summary>
    public required string Authorities { get; init; }

    /// <summary>Whether a node believes only a certificate for the host that it dialed.</summary>
    public bool ChecksHostName { get; init; } = true;

    /// <summary>Whether a certificate that names no node is refused.</summary>
    public bool RequiresNodeName { get; init; }
}
