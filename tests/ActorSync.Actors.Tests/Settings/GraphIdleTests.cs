namespace ActorSync.Actors.Tests.Settings;

public sealed class GraphIdleTests
{
    [Theory]
    [InlineData("", 120)]
    [InlineData("actorsync.sync.graph.idle = 1s", 1)]
    [InlineData("actorsync.sync.graph.idle = 1h", 3600)]
    [InlineData("actorsync.sync.graph.idle = off", null)]
    public void It_is_a_time_or_off(string hocon, int? seconds) =>
        Assert.Equal(seconds, (int?)SyncSettingsReader.Read(hocon).Value.GraphIdle?.TotalSeconds);

    [Theory]
    [InlineData("999ms", "at least 1 s")]
    [InlineData("0s", "at least 1 s")]
    [InlineData("400d", "at most a year")]
    [InlineData("soon", "graph.idle")]
    public void What_is_neither_is_refused_with_what_it_may_be(string value, string says)
    {
        var error = SyncSettingsReader.Read($"actorsync.sync.graph.idle = {value}").Error;
        Assert.Equal(SyncErrorKind.InvalidRequest, error?.Kind);
        Assert.Contains("actorsync.sync.graph.idle", error!.Message, StringComparison.Ordinal);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }
}
