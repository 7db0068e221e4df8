using System.Reflection;
using Akka.Actor;

namespace ActorSync.Actors;

/// <summary>Which actor engine this build runs on. It is chosen when the program is built, never by itself.</summary>
public static class EngineInfo
{
    /// <summary>"Embedded", or "Akka.NET" with its version.</summary>
    public static string Name { get; } = Describe(typeof(ActorSystem).Assembly);

    /// <summary>Whether this is Akka.NET.</summary>
    public static bool IsAkka { get; } = typeof(ActorSystem).Assembly.GetName().Name == "Akka";

    private static string Describe(Assembly assembly)
    {
        if (assembly.GetName().Name != "Akka")
            return "Embedded";
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version?.ToString();
        return $"Akka.NET {version?.Split('+')[0]}";
    }
}
