using System.CommandLine;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync hello</c>: the running node is told when a graph changes at a peer, and polls it then.</summary>
internal static class HelloCommand
{
    public static Command Create(CliContext context, CommonOptions options)
    {
        var peer = PeerCommands.PeerArgument();
        var graph = GraphArgument.Create();
        var changeDelay = Time("--change-delay", "The least time between two notifications of changes; what changes meanwhile is told at its end.");
        var duration = Time("--duration", "How long one request lasts at the peer; the node renews it.");
        var scheduleDelay = Time("--schedule-delay", "Be told after so long even without a change; 0s for never.");
        var json = CommonOptions.Json();
        var command = new Command("hello", "Be told when a graph changes at a peer, without its commands, and poll it then.") { peer, graph, changeDelay, duration, scheduleDelay, json };
        command.SetAction(async (parse, stop) =>
        {
            var times = new double?[3];
            foreach (var (option, i) in new[] { changeDelay, duration, scheduleDelay }.Select((option, i) => (option, i)))
            {
                if (parse.GetValue(option) is not { } text)
                    continue;
                if (!Duration.Parse(text).TryGet(out var time, out var error))
                    return context.Fail(new SyncError(error.Kind, $"{option.Name}: {error.Message}"));
                times[i] = time.TotalSeconds;
            }
            return await context.WithControlAsync(options, parse, StoreUse.None, async control =>
            {
                if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error))
                    return error;
                var request = new HelloRequest(parse.GetRequiredValue(peer), id.ToString(), times[0], times[1], times[2]);
                if (!(await control.HelloAsync(request, stop)).TryGet(out var told, out error))
                    return error;
                if (parse.GetValue(json))
                    context.Output.Json(told, ControlJson.Page.PeerGraph);
                return ExitCodes.Ok;
            }, stop);
        });
        return command;
    }

    private static Option<string?> Time(string name, string description) => new(name) { Description = description, HelpName = "DURATION" };
}
