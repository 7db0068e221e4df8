using ActorSync.Membership;
using Akka.Actor;
using Akka.Event;

namespace ActorSync.Actors;

// A node that has met no member of the mesh it is to join says what it tries, and why that fails: the dialers know.
public sealed partial class MembershipActor
{
    private sealed record SeedsTried(MembershipOutput.NotJoined Waiting, IReadOnlyList<DialerActor.Status> Dialers) : ILocalMessage;

    private void Joining()
    {
        Receive<GetJoined>(_ => TellJoined());
        Receive<SeedsTried>(OnSeedsTried);
    }

    private void TellJoined() => Sender.Tell(new Joined(_machine.IsJoined));

    private void LookAtSeeds(MembershipOutput.NotJoined waiting) => DialersAsync(_peers, _sync.Settings.GraphTimeout).PipeTo(
        Self, success: dialers => new SeedsTried(waiting, dialers), failure: _ => new SeedsTried(waiting, []));

    private static async Task<IReadOnlyList<DialerActor.Status>> DialersAsync(IActorRef peers, TimeSpan timeout)
    {
        var all = await peers.Ask<PeersActor.All>(PeersActor.GetAll.Instance, timeout);
        return await Task.WhenAll(all.Dialers.Select(dialer => dialer.Ask<DialerActor.Status>(DialerActor.GetStatus.Instance, timeout)));
    }

    // A line for each seed the first time, then one for all.
    private void OnSeedsTried(SeedsTried tried)
    {
        if (_machine.IsJoined)
            return;
        string[] seeds = [.. tried.Waiting.Seeds.Select(seed => Describe(seed, tried.Dialers.FirstOrDefault(dialer => dialer.Endpoint == seed)))];
        if (!tried.Waiting.IsFirst)
        {
            _log.Warning("Mesh: not joined yet, for {0} s: {1}", (long)tried.Waiting.For.TotalSeconds, string.Join("; ", seeds));
            return;
        }
        foreach (var seed in seeds)
            _log.Warning("Mesh: not joined yet: {0}", seed);
    }

    private static string Describe(string seed, DialerActor.Status? dialer) => dialer switch
    {
        { State: "connected" } => $"{seed} is linked, but is no member of a mesh, or has told nothing of it yet",
        { LastError: { } error } => $"{seed} is dialed again and again: {error.Message}",
        _ => $"{seed} is dialed, without an answer so far",
    };
}
