using System.Globalization;

namespace ActorSync.Node.Output;

/// <summary>
/// Shows how far long work is, with its rate and the time left, on the error stream: one line written over again at a
/// terminal, a line now and then otherwise.
/// </summary>
public sealed class ProgressLine(CommandOutput output, string what, string unit, TimeProvider time)
{
    private static readonly TimeSpan TerminalEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(2);

    private readonly long _began = time.GetTimestamp();
    private long _shown = time.GetTimestamp();
    private bool _open;

    /// <summary>So many done, of so many.</summary>
    public void Report(long done, long total)
    {
        if (time.GetElapsedTime(_shown) < (output.ErrorIsTerminal ? TerminalEvery : PlainEvery))
            return;
        _shown = time.GetTimestamp();
        var text = Describe(done, total, time.GetElapsedTime(_began));
        if (output.ErrorIsTerminal)
            output.Error.Write($"\r\e[K{text}");
        else
            output.Error.WriteLine(text);
        output.Error.Flush();
        _open = output.ErrorIsTerminal;
    }

    /// <summary>Takes the line away.</summary>
    public void End()
    {
        if (_open)
            output.Error.Write("\r\e[K");
        _open = false;
    }

    private string Describe(long done, long total, TimeSpan elapsed)
    {
        var rate = elapsed > TimeSpan.Zero ? done / elapsed.TotalSeconds : 0;
        var left = total > done && rate > 0 ? $", {Span(TimeSpan.FromSeconds((total - done) / rate))} left" : "";
        var share = total > 0 ? $" ({100 * done / total}%)" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{what}: {done} of {total} {unit}{share}, {rate:F0}/s{left}");
    }

    private static string Span(TimeSpan span) =>
        span.TotalSeconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(span.TotalSeconds)} s") : span.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
}

/// <summary>Hears progress at once, on the thread that reports it.</summary>
public sealed class ProgressTo<T>(Action<T> hear) : IProgress<T>
{
    public void Report(T value) => hear(value);
}
