using FleetConfig;

namespace ActorSync.Node.Tests.Samples;

/// <summary>The sample does what it says.</summary>
public sealed class FleetConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fleet-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task All_devices_apply_what_is_set_also_the_one_that_was_off()
    {
        var output = new StringWriter();
        await Fleet.RunAsync(_folder, TextWriter.Synchronized(output));
        var parts = output.ToString().Split("The lamp is ");
        Assert.Contains("door   applies fleet/report-every = 60", parts[0]);
        Assert.Contains("hub    drops   fleet/maintenance", parts[1]);
        Assert.DoesNotContain("lamp   ", parts[1]);
        Assert.Contains("lamp   drops   fleet/maintenance", parts[2]);
        Assert.Contains("lamp   applies device/lamp/brightness = {\"percent\":30}", parts[2]);
        Assert.DoesNotContain("door   applies device/lamp", output.ToString());
        Assert.Contains("level: all three", parts[2]);
    }
}
