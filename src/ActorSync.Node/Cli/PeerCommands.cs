using System.CommandLine;
using ActorSync.Node.Control;

namespace ActorSync.Node.Cli;

/// <summary>
/// <c>actorsync connect</c>, <c>disconnect</c>, <c>subscribe</c> and <c>unsubscribe</c>: the links and subscriptions of a
/// node that runs. They last until they are taken back or the node stops; those of its configuration come with it.
/// </summary>
internal static class PeerCommands
{
    public static Command Connect(CliContext context, CommonOptions options)
    {
        var peer = PeerArgument("HOST:PORT.");
        var command = new Command("connect", "Link the running node to a peer, and keep the link.") { peer };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await control.ConnectAsync(new PeerRequest(parse.GetRequiredValue(peer)), stop)).TryGet(out var linked, out var error))
                return error;
            context.Output.Line(linked.Node);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    public static Command Disconnect(CliContext context, CommonOptions options)
    {
        var peer = PeerArgument();
        var command = new Command("disconnect", "Close the running node's link to a peer, and make none again.") { peer };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
            (await control.DisconnectAsync(new PeerRequest(parse.GetRequiredValue(peer)), stop)).Error is { } error ? error : ExitCodes.Ok, stop));
        return command;
    }

    public static Command Subscribe(CliContext context, CommonOptions options) => ForGraph(
        context, options, "subscribe", "Subscribe to a graph at a peer: what is here and what comes later is pushed.", (control, what, stop) => control.SubscribeAsync(what, stop));

    public static Command Unsubscribe(CliContext context, CommonOptions options) => ForGraph(
        context, options, "unsubscribe", "Subscribe to a graph at a peer no longer.", (control, what, stop) => control.UnsubscribeAsync(what, stop));

    public static Command StopHello(CliContext context, CommonOptions options) => ForGraph(
        context, options, "unhello", "Be told no longer when a graph changes at a peer.", (control, what, stop) => control.StopHelloAsync(what, stop));

    private static Command ForGraph(
        CliContext context, CommonOptions options, string name, string description, Func<INodeControl, PeerGraph, CancellationToken, Task<Result<PeerGraph>>> ask)
    {
        var peer = PeerArgument();
        var graph = GraphArgument.Create();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { peer, graph, json };
        command.SetAction((parse, stop) => context.WithControlAsync(options, parse, StoreUse.None, async control =>
        {
            if (!(await GraphName.ResolveAsync(control, parse.GetRequiredValue(graph), stop)).TryGet(out var id, out var error))
                return error;
            if (!(await ask(control, new PeerGraph(parse.GetRequiredValue(peer), id.ToString()), stop)).TryGet(out var done, out error))
                return error;
            if (parse.GetValue(json))
                context.Output.Json(done, ControlJson.Page.PeerGraph);
            return ExitCodes.Ok;
        }, stop));
        return command;
    }

    internal static Argument<string> PeerArgument(string description = "HOST:PORT, or the first digits of a node that was met.") => new("PEER") { Description = description };
}
