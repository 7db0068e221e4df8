using System.Globalization;
using System.Text;

namespace ActorSync.Bench.SideBySide.Graphs;

/// <summary>Writes a generated graph as the stream that <c>git fast-import</c> reads: a commit a command, its payload the message.</summary>
internal static class FastImport
{
    private const int FirstSecond = 1_700_000_000;

    public static async Task WriteAsync(Stream stream, string shape, int commands)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        foreach (var step in GeneratedGraph.Steps(shape, commands))
        {
            var message = step.IsMerge ? "" : Encoding.UTF8.GetString(GeneratedGraph.Payload(step.Number));
            await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture,
                $"commit refs/heads/writer{step.Writer}\nmark :{step.Number + 1}\ncommitter W{step.Writer} <w@example.org> {FirstSecond + step.Number} +0000\ndata {message.Length}\n{message}\n"));
            if (step.Left >= 0)
                await writer.WriteAsync($"from :{step.Left + 1}\n");
            if (step.IsMerge)
                await writer.WriteAsync($"merge :{step.Right + 1}\n");
            await writer.WriteAsync("\n");
        }
        await writer.WriteAsync("done\n");
    }
}
