namespace ActorSync.Engine.Tests.Api;

/// <summary>The assemblies of the engine that this build runs on.</summary>
internal static class EngineUnderTest
{
#if ACTOR_ENGINE_AKKA
    public const string Assembly = "Akka";
    public const string TestKitAssembly = "Akka.TestKit";
    public const string XunitAssembly = "Akka.TestKit.Xunit2";
#else
    public const string Assembly = "ActorSync.Embedded";
    public const string TestKitAssembly = "ActorSync.Embedded.TestKit";
    public const string XunitAssembly = "ActorSync.Embedded.TestKit";
#endif
}
