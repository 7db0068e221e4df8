using System.Text;

namespace ActorSync.Storage.Tests;

/// <summary>A record log of short texts over files in memory.</summary>
internal sealed class LogFixture : IDisposable
{
    public const string Folder = "/log";

    private readonly WriterPool _writers = new(2);

    public LogFixture(MemoryFiles? files = null)
    {
        Files = files ?? new MemoryFiles();
        Files.CreateFolder(Folder);
        Options = new LogOptions { Files = Files, Writers = _writers, Folder = Folder, Kind = LogKind.Graph, Salt = 7 };
    }

    public MemoryFiles Files { get; }

    public LogOptions Options { get; set; }

    /// <summary>What the last opening read.</summary>
    public List<string> Read { get; } = [];

    public RecordLog Create() => RecordLog.Create(Options).Value;

    public Result<RecordLog> Open()
    {
        Read.Clear();
        return RecordLog.Open(Options, (_, type, body) =>
        {
            if (type != RecordFormat.ClosedType)
                Read.Add(Encoding.UTF8.GetString(body.Span));
            return null;
        });
    }

    public static Task<SyncError?> Append(RecordLog log, string text, int items = 1, long first = -1, bool replacesAll = false) =>
        log.AppendAsync(1, [.. new byte[RecordFormat.HeadSize], .. Encoding.UTF8.GetBytes(text)], items, first, replacesAll);

    public static IOException Broken() => new("the disk broke", 5);

    public void Dispose() => _writers.Dispose();
}
