namespace FleetConfig;

/// <summary>Three devices form a mesh and share their configuration. One of them is off while it changes.</summary>
public static class Fleet
{
    /// <summary>Runs it in a folder of its own, and says what happens. It ends when all are level.</summary>
    /// <exception cref="TimeoutException">A device did not apply in time what it should have.</exception>
    public static async Task RunAsync(string folder, TextWriter output)
    {
        // One endpoint of a mesh is all that a device must know.
        await using var hub = await Device.StartAsync("hub", folder, null, output);
        await using var door = await Device.StartAsync("door", folder, hub.Endpoint, output);

        output.WriteLine("The operator, at the hub, sets what counts for all and something for the lamp alone:");
        await using (var lamp = await Device.StartAsync("lamp", folder, hub.Endpoint, output))
        {
            await hub.SetAsync("fleet/report-every", "60");
            await hub.SetAsync("fleet/maintenance", "true");
            await hub.SetAsync("device/lamp/brightness", """{"percent":80}""");
            await lamp.WaitForAsync(("fleet/report-every", "60"), ("fleet/maintenance", "true"), ("device/lamp/brightness", """{"percent":80}"""));
            await door.WaitForAsync(("fleet/report-every", "60"), ("fleet/maintenance", "true"));
        }

        output.WriteLine("The lamp is off. The operator, now at the door, goes on:");
        await door.SetAsync("fleet/report-every", "10");
        await door.DeleteAsync("fleet/maintenance");
        await door.SetAsync("device/lamp/brightness", """{"percent":30}""");
        await hub.WaitForAsync(("fleet/report-every", "10"));

        output.WriteLine("The lamp is back. It begins with what it knew, and catches up:");
        await using var back = await Device.StartAsync("lamp", folder, door.Endpoint, output);
        await back.WaitForAsync(("fleet/report-every", "10"), ("device/lamp/brightness", """{"percent":30}"""));
        await hub.WaitForLevelAsync(door);
        output.WriteLine($"level: all three are at version {await back.WaitForLevelAsync(door)}");
    }
}
