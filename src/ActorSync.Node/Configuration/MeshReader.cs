using ActorSync.Placement;
using ActorSync.Transport.Tcp;
using Akka.Configuration;

namespace ActorSync.Node.Configuration;

/// <summary>Reads the keys under <c>actorsync.mesh</c>; what is wrong is thrown as for the other keys (<see cref="SettingsReader"/>).</summary>
internal static class MeshReader
{
    /// <summary>The mesh. Whoever names one to join means to be in it.</summary>
    public static MeshSettings Read(Config config)
    {
        var mesh = new MeshSettings
        {
            Join = Members(config, "mesh.join"),
            Advertise = Members(config, "mesh.advertise"),
            Roles = SettingsReader.Value(config, "mesh.roles", value => SettingsReader.Texts(value, "[\"sync\", \"eu\"]")),
            Placement = Placement(config),
            Ack = SettingsReader.Choice<AckMode>(config, "mesh.ack"),
            Holding = HoldingSettings.Default with
            {
                Grace = SettingsReader.Span(config, "mesh.grace", TimeSpan.Zero, TimeSpan.FromDays(1)),
                TakeOverWithin = SettingsReader.Span(config, "mesh.take-over-within", TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
                ReplicateWithin = SettingsReader.Span(config, "mesh.replicate-within", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            },
        };
        return mesh with { Enabled = SettingsReader.Value(config, "mesh.enabled", value => value.GetBoolean()) || mesh.Join.Count > 0 };
    }

    private static PlacementRule Placement(Config config)
    {
        var factor = SettingsReader.Value<int?>(config, "mesh.replication", value => value.GetString() == "all" ? null : value.GetInt());
        var role = SettingsReader.Text(config, "mesh.holders");
        var rule = new PlacementRule(factor, role is "" or "any" ? null : role);
        var stores = SettingsReader.Value(config, "mesh.stores", value => value.GetInt());
        if (stores != 0)
            rule = rule with { Stores = stores };
        return rule.Refusal is { } refusal ? throw new SyncException(new SyncError(refusal.Kind, $"actorsync.mesh.replication: {refusal.Message}")) : rule;
    }

    private static TcpEndpoint[] Members(Config config, string key) =>
        SettingsReader.Value(config, key, value => SettingsReader.Texts(value, "[\"10.0.0.1:7400\", \"[fd00::1]:7400\"]").Select(text => Endpoints.ParsePeer(text).Value).ToArray());
}
