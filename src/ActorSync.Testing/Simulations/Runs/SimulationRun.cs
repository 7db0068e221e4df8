using ActorSync.Testing.Simulations.Invariants;
using ActorSync.Testing.Simulations.Runs;

namespace ActorSync.Testing.Simulations;

/// <summary>
/// Runs a network of nodes, the real machines over simulated disks, links and clocks, in one thread and virtual time, all
/// of it drawn from one seed: first under faults, with the invariants looked at whenever something changes, then without,
/// until every node is level and silent. docs/simulator.md says what is simulated and what must hold.
/// </summary>
public static class SimulationRun
{
    private static readonly TimeSpan LongestUnderFaults = TimeSpan.FromHours(3);

    /// <summary>Runs one seed to its end, or to the first promise that is broken.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The nodes are not 3 to 100, or at most fewer than at least.</exception>
    public static SimulationReport Run(SimulationOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NodesAtLeast, SimulationOptions.FewestNodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.NodesAtMost, SimulationOptions.MostNodes);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.NodesAtMost, options.NodesAtLeast);
        if (options.World == SimulationWorld.Mesh)
            return Membership.MeshRun.Run(options);
        var watch = new SimWatch();
        var simulation = new Simulation(options.Seed) { Watch = watch, Bug = options.Bug };
        var began = simulation.Now;
        var plan = new SimPlan(options, simulation.Random);
        var traffic = new Traffic(simulation, options.Trace);
        var world = new SimWorld(simulation, plan, traffic);
        var faults = traffic.Faults = new FaultMaker(simulation, world);
        var workload = new Workload(simulation, world, faults, options);
        var (level, failure) = RunPhases();
        return new SimulationReport
        {
            Seed = options.Seed,
            Nodes = plan.Nodes,
            Graphs = plan.Graphs,
            Events = simulation.Events,
            VirtualTime = simulation.Now - began,
            Commits = workload.Commits,
            Crashes = faults.Crashes,
            Faults = faults.Count,
            TimeToLevel = level,
            Messages = traffic.Messages,
            UsefulCommands = watch.Useful,
            RedundantCommands = watch.Redundant,
            Digest = watch.Digest,
            Failure = failure,
        };

        (TimeSpan?, string?) RunPhases()
        {
            try
            {
                while (simulation.Now - began < options.Duration || workload.Commits < options.Commits || faults.Crashes < options.Crashes || !faults.AreEnough)
                {
                    if (simulation.Now - began > LongestUnderFaults)
                        throw new InvariantBrokenException($"in {LongestUnderFaults.TotalHours} h there were {workload.Commits} commits, {faults.Crashes} crashes and {string.Join(' ', faults.Count)}");
                    simulation.Run(TimeSpan.FromSeconds(1));
                }
                LoseTheLast(simulation, world, workload);
                faults.Heal();
                return (new Healing(simulation, world, workload, traffic).Run(), null);
            }
            // Whatever a machine throws is a bug of it that this seed has found.
            catch (Exception e)
            {
                var where = e is InvariantBrokenException ? "" : $"{e.GetType().Name}: ";
                return (null, $"after {(simulation.Now - began).TotalSeconds:F3} virtual seconds: {where}{e.Message}{(where.Length > 0 ? e.StackTrace : "")}");
            }
        }
    }

    // The last pushes are those that no later one makes up for.
    private static void LoseTheLast(Simulation simulation, SimWorld world, Workload workload)
    {
        foreach (var link in world.Links)
            link.Faults = link.Faults with { LossPercent = 100 };
        workload.ActLast();
        simulation.Run(TimeSpan.FromMilliseconds(500));
    }
}
