using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.Node.Output;
using ActorSync.States;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync state</c>: reads and writes shared states.</summary>
internal static class StateCommands
{
    private const int Characters = 256;

    private static readonly string[] Columns = ["key", "value", "ts", "ttl"];

    public static Command Create(CliContext context, CommonOptions options) => new("state", "Shared states: maps of keys to JSON values that come level by themselves.")
    {
        List(context, options),
        Get(context, options),
        Set(context, options),
        Delete(context, options),
        Watch(context, options),
        StateStatusCommand.Create(context, options),
    };

    /// <summary>The option that names a state.</summary>
    public static Option<string> State() => new("--state", "-s") { Description = "The state.", HelpName = "NAME", DefaultValueFactory = _ => StatesSettings.Usual.Value };

    private static Option<string> Prefix() => new("--prefix") { Description = "Keys that begin so.", DefaultValueFactory = _ => "" };

    private static Argument<string> Key() => new("KEY") { Description = "The key." };

    private static Command List(CliContext context, CommonOptions options)
    {
        var (state, prefix, json) = (State(), Prefix(), CommonOptions.Json());
        var command = new Command("ls", "Show the keys that have a value, in their order.") { state, prefix, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!(await control.StateListAsync(parse.GetValue(state)!, parse.GetValue(prefix)!, stop)).TryGet(out var list, out var error))
                return error;
            return parse.GetValue(json)
                ? await ListOutput.LinesAsync(context.Output, list.Lines, ControlJson.Line.StateLine, stop)
                : await ListOutput.RowsAsync(context.Output, list.Lines, Columns, Row, stop);
        }, stop));
        return command;
    }

    private static Command Get(CliContext context, CommonOptions options)
    {
        var (key, state, json) = (Key(), State(), CommonOptions.Json());
        var command = new Command("get", "Print the value of a key, as JSON; exit code 1 if it has none.") { key, state, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            var answer = await control.StateGetAsync(parse.GetValue(state)!, parse.GetRequiredValue(key), stop);
            if (answer.Error is { } error)
                return error;
            if (answer.Value is not { } line)
            {
                context.Output.Fail($"the key \"{parse.GetRequiredValue(key)}\" has no value");
                return ExitCodes.Failure;
            }
            if (parse.GetValue(json))
                context.Output.Json(line, ControlJson.Page.StateLine);
            else
                context.Output.Line(line.Value.GetRawText());
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    private static Command Set(CliContext context, CommonOptions options)
    {
        var (key, state) = (Key(), State());
        var value = new Argument<string>("VALUE") { Description = "The value, in JSON: 20, '{\"mbit\": 20}', '\"text\"'." };
        var text = new Option<bool>("--text") { Description = "The value is text, no JSON." };
        var ttl = new Option<string?>("--ttl") { Description = "How long it counts, for example 30s.", HelpName = "DURATION" };
        var command = new Command("set", "Give a key a value.") { key, value, state, text, ttl };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
        {
            if (!Value(parse.GetRequiredValue(value), parse.GetValue(text)).TryGet(out var json, out var error) || !Ttl(parse.GetValue(ttl)).TryGet(out var milliseconds, out error) && error is not null)
                return error;
            return Written(context, await control.StateWriteAsync(new StateWrite(parse.GetValue(state)!, parse.GetRequiredValue(key), json, Ttl: milliseconds), stop));
        }, stop));
        return command;
    }

    private static Command Delete(CliContext context, CommonOptions options)
    {
        var (key, state) = (Key(), State());
        var command = new Command("delete", "Delete a key, here and at the peers.") { key, state };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.Open, async control =>
            Written(context, await control.StateWriteAsync(new StateWrite(parse.GetValue(state)!, parse.GetRequiredValue(key), Delete: true), stop)), stop));
        return command;
    }

    private static Command Watch(CliContext context, CommonOptions options)
    {
        var (state, prefix, json) = (State(), Prefix(), CommonOptions.Json());
        var command = new Command("watch", "Print what there is, and then a line for each change, until Ctrl-C.") { state, prefix, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await control.StateWatchAsync(parse.GetValue(state)!, parse.GetValue(prefix)!, stop)).TryGet(out var watch, out var error))
                return error;
            try
            {
                await foreach (var change in watch.Changes.WithCancellation(stop))
                    Print(context.Output, change, parse.GetValue(json));
                return new SyncError(SyncErrorKind.ShuttingDown, "the node stopped");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ExitCodes.Ok;
            }
        }, stop));
        return command;
    }

    private static void Print(CommandOutput output, StateChanged change, bool json)
    {
        if (json)
        {
            output.Json(change, ControlJson.Line.StateChanged);
            return;
        }
        if (change.All)
            output.Line($"all {change.Entries.Count}");
        foreach (var line in change.Entries)
            output.Line($"set {line.Key} {line.Value.GetRawText()}");
        foreach (var key in change.Gone)
            output.Line($"gone {key}");
    }

    private static Result<int> Written(CliContext context, Result<StateWritten> written)
    {
        if (!written.TryGet(out var done, out var error))
            return error;
        context.Output.Line(done.Version);
        return ExitCodes.Ok;
    }

    private static Result<JsonElement> Value(string value, bool isText)
    {
        if (isText)
            return JsonSerializer.SerializeToElement(value, ControlJson.Line.String);
        if (StateJson.Fault(Encoding.UTF8.GetBytes(value)) is { } fault)
            return new SyncError(SyncErrorKind.InvalidRequest, $"the value is no JSON: {fault.TrimEnd('.')}; give --text if it is text");
        using var document = JsonDocument.Parse(value, new JsonDocumentOptions { MaxDepth = StateJson.MostDepth });
        return document.RootElement.Clone();
    }

    private static Result<long?> Ttl(string? text)
    {
        if (text is null)
            return (long?)null;
        return Duration.Parse(text).TryGet(out var span, out var error) ? (long?)span.TotalMilliseconds : error;
    }

    private static IReadOnlyList<string> Row(StateLine line) =>
    [
        line.Key,
        line.Value.GetRawText() is { Length: > Characters } raw ? raw[..Characters] + "…" : line.Value.GetRawText(),
        line.Ts.ToString(CultureInfo.InvariantCulture),
        line.Ttl?.ToString(CultureInfo.InvariantCulture) ?? "none",
    ];
}
