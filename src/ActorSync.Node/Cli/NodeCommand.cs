using System.CommandLine;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Transport.Tcp;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync node</c>: runs one node until it is told to stop.</summary>
internal static class NodeCommand
{
    /// <summary>The option that ties a node to whoever holds the other end of its standard input.</summary>
    public const string UntilInputEnds = "--until-stdin-closes";

    public static Command Create(CliContext context, CommonOptions options)
    {
        var listen = new Option<string?>("--listen", "-l") { Description = "Where to accept links, on a loopback address or over tls://; off for nowhere.", HelpName = "HOST:PORT" };
        var peers = new Option<string[]>("--peer", "-p") { Description = "A peer to subscribe to for every graph that is here; may be given more than once.", HelpName = "HOST:PORT" };
        var mesh = new Option<bool>("--mesh") { Description = "Be a member of a mesh: the first one, unless --join names others." };
        var join = new Option<string[]>("--join", "-j") { Description = "A member of the mesh to join; may be given more than once.", HelpName = "HOST:PORT" };
        var untilInputEnds = new Option<bool>(UntilInputEnds) { Description = "Stop as well when the standard input ends: a program that starts a node is never outlived by it." };
        var command = new Command("node", "Run one node until Ctrl-C or SIGTERM.") { listen, peers, mesh, join, untilInputEnds };
        command.SetAction(async (parse, stop) =>
        {
            var settings = Settings(options, parse, parse.GetValue(listen), parse.GetValue(peers) ?? []);
            settings = InMesh(settings, parse.GetValue(mesh), parse.GetValue(join) ?? []);
            if (!parse.GetValue(untilInputEnds))
                return await RunAsync(context, settings, stop);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _ = CancelAtEndAsync(context.Input, ended);
            try
            {
                return await RunAsync(context, settings, ended.Token);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                context.Output.Fail("the standard input ended before the node had begun");
                return ExitCodes.Failure;
            }
        });
        return command;
    }

    // A read of the standard input cannot be cancelled: it is left behind when the node stops for another reason.
    private static async Task CancelAtEndAsync(Stream input, CancellationTokenSource ended)
    {
        var buffer = new byte[256];
        try
        {
            while (await input.ReadAsync(buffer) > 0)
                continue;
        }
        catch (IOException)
        {
            // The other end broke off: that is an end, too.
        }
        try
        {
            await ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The node has stopped already.
        }
    }

    private static Result<NodeSettings> Settings(CommonOptions options, ParseResult parse, string? listen, string[] peers)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error))
            return error;
        if (listen == "off")
            settings = settings with { Listen = null };
        else if (listen is not null && Endpoints.ParseListen(listen) is var parsed)
            settings = parsed.TryGet(out var endpoint, out error) ? settings with { Listen = endpoint } : settings;
        var added = new List<PeerSettings>();
        foreach (var peer in peers)
        {
            if (error is null && Endpoints.ParsePeer(peer).TryGet(out var endpoint, out error))
                added.Add(new PeerSettings { Endpoint = endpoint });
        }
        return error is null ? settings with { Peers = [.. settings.Peers, .. added] } : error;
    }

    private static Result<NodeSettings> InMesh(Result<NodeSettings> chosen, bool mesh, string[] join)
    {
        if (!chosen.TryGet(out var settings, out _) || !mesh && join.Length == 0)
            return chosen;
        var joined = new List<TcpEndpoint>();
        foreach (var member in join)
        {
            if (!Endpoints.ParsePeer(member).TryGet(out var endpoint, out var error))
                return error;
            joined.Add(endpoint);
        }
        var before = settings.Mesh ?? new MeshSettings();
        return settings with { Mesh = before with { Join = [.. before.Join, .. joined] } };
    }

    private static async Task<int> RunAsync(CliContext context, Result<NodeSettings> chosen, CancellationToken stop)
    {
        if (!chosen.TryGet(out var settings, out var error))
            return context.Fail(error);
        var log = new NodeLog(context.Output.Out, context.Time, settings.LogLevel);
        error = await new NodeHost(context.Factory, context.Importer, context.Time, log).RunAsync(settings, stop);
        if (error is null)
            return ExitCodes.Ok;
        context.Output.Fail(error.Message);
        return ExitCodes.OfStart(error.Kind);
    }
}
