using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>How long the TestKit waits: read from <c>akka.test</c>.</summary>
public class TestKitSettings
{
    public TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", TimeSpan.FromSeconds(5), allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", TimeSpan.FromSeconds(3), allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", TimeSpan.FromSeconds(3), allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1);
        if (TestTimeFactor <= 0)
            throw new ConfigurationException($"akka.test.timefactor = {TestTimeFactor}: expected a positive number.");
    }

    /// <summary>For what answers an ask.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>For one expectation outside of a Within block.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>For the events that an event filter expects, once its action is done.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What every wait is multiplied by, for slow machines.</summary>
    public double TestTimeFactor { get; }
}
