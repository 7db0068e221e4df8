using System.Globalization;
using System.Net;
using ActorSync.Node.Providers.Dns;
using ActorSync.Node.Providers.Kubernetes;
using ActorSync.Peers.Providers;
using ActorSync.Transport.Tcp;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorSync.Node.Configuration;

/// <summary>
/// Reads a section that says where peers come from, wherever it stands: its keys are those of <c>actorsync.peers</c>. What
/// the chosen provider needs must be there; the sections of the others are not looked at.
/// </summary>
public static class ProviderReader
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="config">The configuration, defaults included.</param>
    /// <param name="path">The path of the section below <c>actorsync</c>.</param>
    /// <exception cref="SyncException">A value is bad, or one that is needed is not there.</exception>
    public static ProviderSettings Read(Config config, string path)
    {
        var kind = SettingsReader.Choice<ProviderKind>(config, $"{path}.provider");
        return new ProviderSettings
        {
            Provider = kind,
            TargetPort = SettingsReader.Value(config, $"{path}.target-port", value => Whole(value, 0, ushort.MaxValue)) is > 0 and var port ? port : null,
            Endpoints = kind == ProviderKind.Static ? SettingsReader.Value(config, $"{path}.endpoints", value => Endpoints(value, NodeSettings.MaximumPeers)) : PeerSet.Empty,
            Dns = kind == ProviderKind.Dns ? Dns(config, $"{path}.dns") : null,
            Kubernetes = kind == ProviderKind.Kubernetes ? Kubernetes(config, $"{path}.kubernetes") : null,
        };
    }

    /// <summary>The API of the cluster that this process runs in, by the variables that a pod has; null outside of a cluster.</summary>
    public static Uri? InCluster(string? host, string? port) =>
        host is { Length: > 0 } && PeerEndpoint.Of(host, null) is { } place && ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new Uri($"https://{place with { Port = number }}/")
            : null;

    private static DnsPeerSettings Dns(Config config, string path) => new()
    {
        Names = SettingsReader.Value(config, $"{path}.names", value => Endpoints(value, DnsPeerSettings.MaximumNames) is { Count: > 0 } names ? names
            : throw new FormatException("expected names, such as [\"peers.example.net\", \"_actorsync._tcp.example.net\"]")),
        Interval = SettingsReader.Span(config, $"{path}.interval", TimeSpan.FromSeconds(1), Day),
        IntervalAtLeast = SettingsReader.Span(config, $"{path}.interval-at-least", TimeSpan.FromMilliseconds(100), Day),
        Servers = new DnsServerSettings
        {
            Servers = SettingsReader.Value(config, $"{path}.servers", Servers),
            Timeout = SettingsReader.Span(config, $"{path}.timeout", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            Attempts = SettingsReader.Value(config, $"{path}.attempts", value => Whole(value, 1, 10)),
        },
    };

    private static KubernetesSettings Kubernetes(Config config, string path) => new()
    {
        Api = SettingsReader.Value(config, $"{path}.api", Api),
        Service = SettingsReader.Value(config, $"{path}.service", value => Label(value) ?? throw new FormatException("expected the name of a service")),
        Namespace = SettingsReader.Value(config, $"{path}.namespace", Label),
        PortName = SettingsReader.Value(config, $"{path}.port-name", Label),
        TokenFile = FileOrNull(config, $"{path}.token-file"),
        CertificatesFile = FileOrNull(config, $"{path}.ca-file"),
        AnswerTimeout = SettingsReader.Span(config, $"{path}.answer-timeout", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(5)),
        WatchFor = SettingsReader.Span(config, $"{path}.watch-for", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        RetryAtMost = SettingsReader.Span(config, $"{path}.retry-at-most", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
    };

    private static PeerSet Endpoints(HoconValue value, int most)
    {
        var texts = SettingsReader.Texts(value, "[\"10.0.0.1\", \"[fd00::1]:7400\"]");
        if (texts.Length > most)
            throw new FormatException($"expected at most {most}, not {texts.Length}");
        return PeerSet.Of(texts.Select(text => PeerEndpoint.Parse(text).Value)).Value;
    }

    private static IPEndPoint[] Servers(HoconValue value)
    {
        var texts = SettingsReader.Texts(value, "[\"127.0.0.53\", \"[fd00::53]:5353\"]");
        if (texts.Length > DnsServerSettings.MaximumServers)
            throw new FormatException($"expected at most {DnsServerSettings.MaximumServers}, not {texts.Length}");
        return [.. texts.Select(text => PeerEndpoint.Parse(text).Value).Select(server => IPAddress.TryParse(server.Host, out var address)
            ? new IPEndPoint(address, server.Port ?? DnsServerSettings.DefaultPort)
            : throw new FormatException($"'{server}' is not the address of a server"))];
    }

    // The token that goes there is a secret: in the clear it may only go to this machine.
    private static Uri Api(HoconValue value)
    {
        if (value.GetString() is not { Length: > 0 } text)
        {
            return InCluster(Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST"), Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT"))
                ?? throw new FormatException("this process runs in no cluster: expected the API's URL, such as https://10.0.0.1:6443");
        }
        if (!Uri.TryCreate(text.EndsWith('/') ? text : $"{text}/", UriKind.Absolute, out var api) || api.Scheme is not ("https" or "http") || api.UserInfo.Length > 0 || api.Query.Length > 0)
            throw new FormatException("expected a URL such as https://10.0.0.1:6443");
        return api.Scheme == "https" || TcpEndpoint.IsLoopback($"{(api.HostNameType == UriHostNameType.IPv6 ? $"[{api.DnsSafeHost}]" : api.Host)}:{api.Port}")
            ? api
            : throw new FormatException("http sends the token in the clear, so it is accepted for loopback addresses only: expected https");
    }

    private static string? Label(HoconValue value) => value.GetString() is not { Length: > 0 } text ? null
        : text.Length <= HostNames.MaximumLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') ? text
        : throw new FormatException("expected a name of letters, digits, '-' and '.'");

    private static string? FileOrNull(Config config, string path) =>
        SettingsReader.Text(config, path) is { Length: > 0 } file ? Path.GetFullPath(file) : null;

    private static int Whole(HoconValue value, int least, int most) =>
        int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"expected a whole number from {least} to {most}");
}
