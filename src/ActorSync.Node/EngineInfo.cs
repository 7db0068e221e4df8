using System.Reflection;
using Akka.Configuration;

namespace ActorSync.Node;

/// <summary>Which ActorSync this is, and which actor engine it runs on.</summary>
public static class EngineInfo
{
    /// <summary>The version of ActorSync.</summary>
    public static string Version { get; } = VersionOf(typeof(EngineInfo).Assembly);

    /// <summary>The engine with its version, for example "Embedded 0.1.0".</summary>
    public static string Engine { get; } = Describe(typeof(Config).Assembly);

    private static string Describe(Assembly engine)
    {
        var name = engine.GetName().Name == "Akka" ? "Akka.NET" : "Embedded";
        return $"{name} {VersionOf(engine)}";
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]
        ?? assembly.GetName().Version!.ToString(3);
}
