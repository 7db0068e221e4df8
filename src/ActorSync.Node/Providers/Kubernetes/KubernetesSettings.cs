namespace ActorSync.Node.Providers.Kubernetes;

/// <summary>Which service of Kubernetes stands for peers, and how its API is reached.</summary>
public sealed record KubernetesSettings
{
    /// <summary>Where a pod finds what it needs to talk to the API.</summary>
    public const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>The API: https, or http on a loopback address (kubectl proxy), so that the token is never sent in the clear.</summary>
    public required Uri Api { get; init; }

    /// <summary>The namespace of the service; null for what <see cref="NamespaceFile"/> says.</summary>
    public string? Namespace { get; init; }

    /// <summary>Where the namespace of this pod stands.</summary>
    public string NamespaceFile { get; init; } = $"{AccountFolder}/namespace";

    /// <summary>The service whose ready addresses are the peers.</summary>
    public required string Service { get; init; }

    /// <summary>The name of its port that peers listen on; null when the peers' port is known otherwise.</summary>
    public string? PortName { get; init; }

    /// <summary>Where the token stands, read anew for each request; null for a request without one.</summary>
    public string? TokenFile { get; init; } = $"{AccountFolder}/token";

    /// <summary>The certificates that the API's own must follow from, in PEM; null for those the system trusts.</summary>
    public string? CertificatesFile { get; init; } = $"{AccountFolder}/ca.crt";

    /// <summary>How long the API may take to answer a request, a page of a list as a whole.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one watch is asked for; another follows.</summary>
    public TimeSpan WatchFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The first wait after a failure.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait after a failure.</summary>
    public TimeSpan RetryAtMost { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that a page of a list may have.</summary>
    public int PageBytes { get; init; } = 16 << 20;

    /// <summary>Bytes that a line of a watch may have: one slice of up to 1,000 addresses.</summary>
    public int LineBytes { get; init; } = 2 << 20;
}
