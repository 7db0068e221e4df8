using System.Globalization;

namespace ActorSync.Node.Demo;

/// <summary>What a node of a demo is started as: arguments of <c>actorsync node</c>, and keys below <c>actorsync</c>.</summary>
internal sealed record DemoRole(IReadOnlyList<string> Arguments, string Configuration)
{
    /// <summary>Members that hold a graph.</summary>
    public const int Factor = 2;

    /// <summary>Seconds that a graph is kept that others hold now.</summary>
    public const int GraceSeconds = 1;

    /// <summary>Seconds that it is kept unless something else is configured.</summary>
    public static readonly TimeSpan UsualGrace = Placement.HoldingSettings.Default.Grace;

    private static readonly string Mesh = string.Create(CultureInfo.InvariantCulture, $"mesh {{ replication = {Factor}, grace = {GraceSeconds}s }}");

    /// <summary>A node for itself.</summary>
    public static readonly DemoRole Alone = new([], "");

    /// <summary>The first member of a mesh.</summary>
    public static readonly DemoRole First = new(["--mesh"], Mesh);

    /// <summary>A member that joins through another.</summary>
    public static DemoRole Joins(DemoNode seed) => new(["--join", seed.Endpoint], Mesh);
}
