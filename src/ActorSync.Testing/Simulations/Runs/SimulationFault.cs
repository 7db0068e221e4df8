namespace ActorSync.Testing.Simulations;

/// <summary>What a simulation does to payloads and nodes. Each seed draws which of these, and how often.</summary>
public enum SimulationFault
{
    /// <summary>A payload is lost: up to 30 % of them.</summary>
    Loss,

    /// <summary>A payload arrives twice: up to 50 % of them.</summary>
    Duplication,

    /// <summary>A payload overtakes one that was sent before it.</summary>
    Reordering,

    /// <summary>The nodes are split in two groups, and nothing passes between these.</summary>
    Partition,

    /// <summary>The same, but payloads still pass in one direction.</summary>
    OneWayPartition,

    /// <summary>Nothing passes to and from one node.</summary>
    Isolation,

    /// <summary>A node ends without a word and starts again; what its disk had begun to write is there.</summary>
    Crash,

    /// <summary>The same, but what its disk had begun to write, or not flushed yet, is lost, all or in part.</summary>
    CrashLosingTail,

    /// <summary>A node starts again from an older copy of its store, as another incarnation.</summary>
    RestoredBackup,

    /// <summary>A node handles nothing for a while, and then all that came.</summary>
    Pause,

    /// <summary>A node was asleep: its monotonic clock is an hour ahead; or its wall clock is set an hour forth or back.</summary>
    ClockJump,

    /// <summary>A commit fails.</summary>
    DiskFailure,

    /// <summary>A link breaks, each side hears of it in its time, and it is made again.</summary>
    LinkBreak,
}
