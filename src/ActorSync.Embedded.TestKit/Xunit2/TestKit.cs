using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Internal;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>The base of an xunit test class: a system and a test actor for each test, ended with it.</summary>
public class TestKit : TestKitBase, IDisposable
{
    protected readonly ITestOutputHelper Output;

    private bool _disposed;

    /// <summary>A test on a given system, or on one with the default configuration.</summary>
    public TestKit(ActorSystem system = null, ITestOutputHelper output = null)
        : base(system, null, null, null)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    public TestKit(Config config, string actorSystemName = null, ITestOutputHelper output = null)
        : base(null, config, actorSystemName, null)
    {
        Output = output;
        InitializeLogger(Sys);
    }

    public TestKit(string config, ITestOutputHelper output = null)
        : this(ConfigurationFactory.ParseString(config), null, output)
    {
    }

    /// <summary>What every test's configuration falls back to.</summary>
    public static new Config DefaultConfig => TestKitBase.DefaultConfig;

    /// <summary>Called before the system ends.</summary>
    protected virtual void AfterAll()
    {
    }

    /// <summary>Sends a system's log to the test's output.</summary>
    protected void InitializeLogger(ActorSystem system)
    {
        if (Output is not null)
            TestOutputLogger.StartOn(system, Output);
    }

    protected virtual void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        try
        {
            AfterAll();
        }
        finally
        {
            Shutdown();
        }
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }
}
