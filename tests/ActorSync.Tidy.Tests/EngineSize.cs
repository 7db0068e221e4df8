namespace ActorSync.Tidy.Tests;

/// <summary>
/// The embedded engine stays what it is for: the part of Akka.NET that ActorSync uses. It is counted as it lies there,
/// blank lines and comments included; who needs more of it takes something else out.
/// </summary>
public sealed class EngineSize
{
    [Theory]
    [InlineData("src/ActorSync.Embedded", 4_000)]
    [InlineData("src/ActorSync.Embedded.TestKit", 1_500)]
    public void The_embedded_engine_is_small(string folder, int linesMost)
    {
        var lines = SourceFiles.Below(folder).Sum(file => File.ReadLines(file).Count());
        Assert.True(lines > 0, $"{folder} holds no code: has it moved?");
        Assert.True(lines <= linesMost, $"{folder} has {lines} lines of C#, {lines - linesMost} more than it may.");
    }
}
