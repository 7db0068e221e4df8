using System.Globalization;
using ActorSync.Node.Configuration;

namespace ActorSync.Node.Hosting;

/// <summary>The daemon's own lines: a UTC time, a level, a sentence.</summary>
public sealed class NodeLog(TextWriter writer, TimeProvider time, NodeLogLevel least)
{
    private readonly Lock _lock = new();

    public void Debug(string sentence) => Write(NodeLogLevel.Debug, sentence);

    public void Info(string sentence) => Write(NodeLogLevel.Info, sentence);

    public void Warning(string sentence) => Write(NodeLogLevel.Warning, sentence);

    public void Error(string sentence) => Write(NodeLogLevel.Error, sentence);

    public void Write(NodeLogLevel level, string sentence)
    {
        if (level < least)
            return;
        var line = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {level.ToString().ToLowerInvariant(),-7} {sentence}");
        lock (_lock)
        {
            writer.WriteLine(line);
            writer.Flush();
        }
    }
}
