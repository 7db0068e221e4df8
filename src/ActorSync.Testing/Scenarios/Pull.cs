using ActorSync.Graphs;
using ActorSync.Graphs.Clients;
using ActorSync.Graphs.Polls;
using ActorSync.Machines;
using ActorSync.Wire;

namespace ActorSync.Testing.Scenarios;

/// <summary>
/// A client pulls one graph from others in one transaction. An exchange is one session of the real poll machines, whose
/// payloads are encoded, and decoded at the other end: the request, in as many rounds as it takes to find what the client
/// lacks, and the first part of the answer, of at most 100 commands, that brings something new. Parts with nothing new,
/// which a sample that is no complete picture lets through, are taken and passed over.
/// </summary>
internal sealed class Pull(ScenarioClient client, GraphId graph)
{
    private static readonly WireLimits Limits = new() { CommandsPerMessage = 100 };
    private static readonly PollSettings Settings = new() { Window = 1, WorthNarrowing = 0, ResponseBytes = Limits.PayloadBytes };

    private readonly List<(ScenarioClient Peer, CommandId[] Heads)> _taken = [];
    private GraphTransaction? _transaction;
    private ulong _session;

    /// <summary>Commands that are new.</summary>
    public ulong Received { get; private set; }

    /// <summary>Commands that were sent, known ones among them.</summary>
    public ulong Sent { get; private set; }

    /// <summary>Exchanges with one peer, until one brings nothing new.</summary>
    public async Task FromAsync(ScenarioClient peer, ulong most)
    {
        if (peer.Find(graph) is not { } source)
            throw new RuleDiffersException($"client {peer.Id} does not hold the graph");
        for (ulong exchange = 0; exchange < most; exchange++)
        {
            var before = Received;
            await ExchangeAsync(peer, source).ConfigureAwait(false);
            if (Received == before)
                return;
        }
    }

    /// <summary>Commits what was taken; then both sides remember what the other holds.</summary>
    public async Task<IReadOnlyList<ulong>> CommitAsync()
    {
        if (_transaction is not { } transaction)
            return [];
        if (!(await transaction.CommitAsync().ConfigureAwait(false)).TryGet(out var commit, out var error))
            throw new RuleDiffersException($"client {client.Id} cannot commit: {error}");
        var snapshot = client.Find(graph)!.Snapshot;
        foreach (var (peer, heads) in _taken)
        {
            client.KnownOf(peer.Id, graph).AddAll(snapshot, heads);
            if (peer.Find(graph) is { } source)
                peer.KnownOf(client.Id, graph).AddAll(source.Snapshot, heads);
        }
        return [.. commit.Effects.Select(ScenarioPolicy.ValueOf)];
    }

    private async Task ExchangeAsync(ScenarioClient peer, GraphClient source)
    {
        var session = new SessionId(++_session);
        var held = client.Find(graph);
        var remembered = peer.KnownOf(client.Id, graph);
        var requester = new PollRequester(session, graph, held is null ? null : (_transaction ??= held.Begin()).Snapshot, 0, Settings);
        var responder = new PollResponder(session, source.Snapshot, remembered, Limits.PayloadBytes, Settings, Limits);
        var (asks, answers) = (new Outbox<RequesterOutput>(), new Outbox<ResponderOutput>());
        requester.Handle(new RequesterInput.Start(), MonotonicTime.Zero, asks);
        while (true)
        {
            if (asks.TryTake(out var ask))
            {
                switch (ask)
                {
                    case RequesterOutput.Send send:
                        responder.Handle(new ResponderInput.Message(Decode(send.Payload)), MonotonicTime.Zero, answers);
                        break;
                    case RequesterOutput.Store store:
                        var result = await TakeAsync(store.Commands, peer).ConfigureAwait(false);
                        requester.Handle(new RequesterInput.Stored(store.Index, result), MonotonicTime.Zero, asks);
                        if (result.Added > 0)
                            return;
                        break;
                    case RequesterOutput.Fault fault:
                        throw new RuleDiffersException($"client {peer.Id} broke a rule of the protocol: {fault.Error}");
                    case RequesterOutput.Done { Result.Error: { } error }:
                        throw new RuleDiffersException($"the poll of client {client.Id} at client {peer.Id} failed: {error}");
                    case RequesterOutput.Done:
                        return;
                }
            }
            else if (answers.TryTake(out var answer))
            {
                if (answer is ResponderOutput.Send send)
                {
                    requester.Handle(new RequesterInput.Message(Decode(send.Payload)), MonotonicTime.Zero, asks);
                    responder.Handle(new ResponderInput.Taken(), MonotonicTime.Zero, answers);
                }
            }
            else
            {
                throw new RuleDiffersException($"the poll of client {client.Id} at client {peer.Id} stands still");
            }
        }
    }

    private async Task<ReceiveResult> TakeAsync(CommandBlock block, ScenarioClient peer)
    {
        if (!block.Decode(Limits, ScenarioPolicy.Instance).TryGet(out var commands, out var error))
            throw new RuleDiffersException($"client {peer.Id} sent what cannot be decoded: {error}");
        Sent += (ulong)commands.Count;
        var next = 0;
        var added = 0;
        if (client.Find(graph) is null)
        {
            await client.CreateAsync(commands[0]).ConfigureAwait(false);
            (next, added) = (1, 1);
        }
        _transaction ??= client.Find(graph)!.Begin();
        var known = 0;
        for (; next < commands.Count; next++)
        {
            var refused = _transaction.Add(commands[next]);
            if (refused is not null && refused.Kind is not (SyncErrorKind.Duplicate or SyncErrorKind.Rejected))
                throw new RuleDiffersException($"client {client.Id} cannot take a command of client {peer.Id}: {refused}");
            added += refused is null ? 1 : 0;
            known += refused is { Kind: SyncErrorKind.Duplicate } ? 1 : 0;
        }
        Received += (ulong)added;
        _taken.Add((peer, [.. BatchHeads.Of(commands)]));
        return new ReceiveResult(added, known, [], commands.Count - added - known, []);
    }

    private static SyncMessage Decode(ReadOnlyMemory<byte> payload) =>
        SyncCodec.Decode(payload, Limits).TryGet(out var message, out var error) ? message : throw new RuleDiffersException($"a payload cannot be decoded: {error}");
}
