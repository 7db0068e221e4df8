using System.Runtime.CompilerServices;
using ActorSync.Peers.Providers;
using ActorSync.Peers.Providers.Dns;

namespace ActorSync.Node.Providers.Dns;

/// <summary>
/// Peers that DNS names: every address of every name, looked up again and again. A name keeps the addresses that it had
/// while it cannot be resolved; one that is resolved and has none stands for no peers.
/// </summary>
public sealed class DnsPeers(DnsPeerSettings settings, IDnsLookup lookup, TimeProvider time, Random random) : IPeerProvider
{
    /// <summary>Questions that are asked at one time.</summary>
    public const int QuestionsAtOnce = 8;

    public string Name => "dns";

    public async IAsyncEnumerable<PeerView> WatchAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var views = new PeerViews();
        var findings = new DnsFindings<IReadOnlyList<DnsRecord>>();
        var retry = new RetryWait(settings.RetryFirst, settings.Interval, random);
        while (true)
        {
            var (found, holdsFor) = await LookUpAsync(findings, cancellation);
            var error = findings.Error;
            findings.EndRound();
            if ((found.TryGet(out var peers, out var tooMany) ? views.Found(peers, error) : views.Failed(tooMany)) is { } view)
                yield return view;
            if (error is null)
                retry.Reset();
            await Task.Delay(error is null ? WaitOf(holdsFor) : retry.Next(), time, cancellation);
        }
    }

    private TimeSpan WaitOf(TimeSpan holdsFor) =>
        holdsFor >= settings.Interval ? settings.Interval : holdsFor <= settings.IntervalAtLeast ? settings.IntervalAtLeast : holdsFor;

    /// <summary>One round: services first, then the hosts that they and the configuration name.</summary>
    private async Task<(Result<PeerSet> Found, TimeSpan HoldsFor)> LookUpAsync(DnsFindings<IReadOnlyList<DnsRecord>> findings, CancellationToken cancellation)
    {
        var services = settings.Names.Where(IsService).Select(name => DnsQuestion.Of(name.Host, DnsType.Srv)).Distinct().ToArray();
        var records = await AskAsync(findings, services, cancellation);
        var places = settings.Names.Where(name => !IsService(name))
            .Concat(services.SelectMany(service => SrvOrder.Of(records[service])).Select(record => new PeerEndpoint(record.Host, record.Port)))
            .ToArray();
        var hosts = places.Where(place => !place.IsAddress).SelectMany(place => Questions(place.Host)).Distinct().ToArray();
        var addresses = await AskAsync(findings, hosts, cancellation);
        var found = PeerSet.Of(places.SelectMany(place => place.IsAddress
            ? [place]
            : Questions(place.Host).SelectMany(question => addresses[question]).Select(record => place with { Host = record.Host })));
        return (found, records.Values.Concat(addresses.Values).SelectMany(some => some).Select(record => record.TimeToLive).DefaultIfEmpty(settings.Interval).Min());
    }

    private static bool IsService(PeerEndpoint name) => name.Host.StartsWith('_');

    private static DnsQuestion[] Questions(string host) => [DnsQuestion.Of(host, DnsType.A), DnsQuestion.Of(host, DnsType.Aaaa)];

    /// <summary>Asks some questions at a time; the records that count now for each.</summary>
    private async Task<Dictionary<DnsQuestion, IReadOnlyList<DnsRecord>>> AskAsync(
        DnsFindings<IReadOnlyList<DnsRecord>> findings, DnsQuestion[] questions, CancellationToken cancellation)
    {
        var answers = new Result<IReadOnlyList<DnsRecord>>[questions.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = QuestionsAtOnce, CancellationToken = cancellation };
        await Parallel.ForAsync(0, questions.Length, options, async (i, stop) => answers[i] = await lookup.AskAsync(questions[i], stop));
        return questions.Zip(answers).ToDictionary(one => one.First, one => findings.Take(one.First.ToString(), one.Second) ?? []);
    }
}
