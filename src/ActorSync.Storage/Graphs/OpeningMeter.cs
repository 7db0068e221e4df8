using ActorSync.Graphs;

namespace ActorSync.Storage;

/// <summary>Tells how far the hashing of a log is, every two seconds.</summary>
internal sealed class OpeningMeter(LogOptions options, GraphId graph, IProgress<OpeningProgress>? progress)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private readonly long _began = options.Time.GetTimestamp();
    private long _told = options.Time.GetTimestamp();
    private long _total;
    private long _done;

    /// <summary>Hashing begins there.</summary>
    public void Begin(LogPosition start)
    {
        if (progress is null)
            return;
        foreach (var segment in LogOpening.Segments(options).Where(segment => segment >= start.Segment))
        {
            using var file = options.Files.Open(options.PathOf(segment), write: false);
            _total += file.Length - (segment == start.Segment ? start.Length : 0);
        }
    }

    /// <summary>So many bytes more were hashed.</summary>
    public void Add(int bytes)
    {
        _done += bytes;
        if (progress is null || options.Time.GetElapsedTime(_told) < Every)
            return;
        _told = options.Time.GetTimestamp();
        var left = options.Time.GetElapsedTime(_began) * (Math.Max(0, _total - _done) / (double)_done);
        progress.Report(new OpeningProgress(graph, _done, _total, left));
    }
}
