using System.CommandLine;
using System.Text;

namespace ActorSync.Node.Cli;

/// <summary>A payload from the command line: an argument, a file, or the standard input for <c>-</c>.</summary>
internal sealed class PayloadSource
{
    private readonly Argument<string?> _text = new("PAYLOAD") { Description = "The payload as text; - reads the standard input.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> _file = new("--file", "-f") { Description = "A file that holds the payload.", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Arguments.Add(_text);
        command.Options.Add(_file);
    }

    /// <summary>The payload, no longer than the configuration allows; null when none is given.</summary>
    public async Task<(ReadOnlyMemory<byte>? Payload, SyncError? Error)> ReadAsync(ParseResult parse, CommonOptions options, CliContext context, CancellationToken cancellation)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error))
            return (null, error);
        var most = settings.Sync.Graphs.CommandPayloadBytes;
        var (text, file) = (parse.GetValue(_text), parse.GetValue(_file));
        if (text is not null && file is not null)
            return (null, new SyncError(SyncErrorKind.InvalidRequest, "give the payload as an argument or with --file, not both"));
        if (file is null && text is null)
            return (null, null);
        if (file is null && text != "-")
            return Checked(Encoding.UTF8.GetBytes(text!), "the payload", most);
        try
        {
            await using var stream = file is null ? context.Input : File.OpenRead(file);
            return await ReadAsync(stream, file ?? "the standard input", most, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, new SyncError(SyncErrorKind.InvalidRequest, $"the payload cannot be read: {e.Message}"));
        }
    }

    private static async Task<(ReadOnlyMemory<byte>? Payload, SyncError? Error)> ReadAsync(Stream stream, string name, int most, CancellationToken cancellation)
    {
        // One byte more than may be: enough to see that it is too long.
        var bytes = new byte[most + 1L];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return Checked(bytes.AsMemory(0, read), name, most);
    }

    private static (ReadOnlyMemory<byte>? Payload, SyncError? Error) Checked(ReadOnlyMemory<byte> payload, string name, int most) =>
        payload.Length <= most ? (payload, null) : (null, new SyncError(SyncErrorKind.LimitExceeded, $"{name} is longer than {most} bytes, the most that a command's payload may have"));
}
