namespace ActorSync.Tidy.Tests;

/// <summary>
/// The embedded engine stays what it is for: the part of Akka.NET that ActorSync uses. It is counted as it lies there,
/// blank lines and comments included; who needs more of it takes something else out. The same is so of what is thin by
/// design: the code for Akka.NET's cluster, and the double that it is tested against.
/// </summary>
public sealed class EngineSize
{
    [Theory]
    [InlineData("src/ActorSync.Embedded", 4_000)]
    [InlineData("src/ActorSync.Embedded.TestKit", 1_500)]
    [InlineData("src/ActorSync.Cluster", 800)]
    [InlineData("tests/ActorSync.Cluster.Double", 800)]
    public void The_embedded_engine_is_small(string folder, int linesMost)
    {
        var lines = SourceFiles.Below(folder).Sum(file => File.ReadLines(file).Count());
        Assert.True(lines > 0, $"{folder} holds no code: has it moved?");
        Assert.True(lines <= linesMost, $"{folder} has {lines} lines of C#, {lines - linesMost} more than it may.");
    }
}
