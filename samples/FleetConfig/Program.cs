using FleetConfig;

// The configuration of a fleet, set at any of its devices and applied by all: dotnet run --project samples/FleetConfig
var folder = Directory.CreateTempSubdirectory("fleet-config-");
try
{
    await Fleet.RunAsync(folder.FullName, TextWriter.Synchronized(Console.Out));
}
finally
{
    folder.Delete(recursive: true);
}
