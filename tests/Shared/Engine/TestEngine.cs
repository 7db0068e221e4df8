namespace ActorSync.Tests;

/// <summary>What tests have their actor systems do beside what is tested.</summary>
internal static class TestEngine
{
    /// <summary>On Akka.NET every message is made into bytes and back, to try it (<c>TryingSerializer</c>); the embedded engine has no serializers.</summary>
#if ACTOR_ENGINE_AKKA
    public static string Configuration { get; } = $"akka.actor {{ serialize-messages = on, serializers.json = \"{typeof(TryingSerializer).AssemblyQualifiedName}\" }}\n";
#else
    public static string Configuration => "";
#endif
}
