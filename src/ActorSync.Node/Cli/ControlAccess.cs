using System.CommandLine;
using ActorSync.Node.Configuration;
using ActorSync.Node.Control;
using ActorSync.Node.Hosting;
using ActorSync.Storage;

namespace ActorSync.Node.Cli;

/// <summary>What a command needs of a store when no node runs on it.</summary>
internal enum StoreUse
{
    /// <summary>The store is made if it is not there.</summary>
    Make,

    /// <summary>The store must be there.</summary>
    Open,

    /// <summary>A store is not enough: the command is about a node that runs.</summary>
    None,
}

/// <summary>Finds the node that a command is about: one that runs, over its control socket, else the store itself.</summary>
internal static class ControlAccess
{
    /// <summary>How long a store that another process holds is waited for.</summary>
    private static readonly TimeSpan WaitForStore = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    /// <summary>Runs a command's body with the control it needs, and prints the error that it ends with.</summary>
    public static async Task<int> WithControlAsync(
        this CliContext context, CommonOptions options, ParseResult parse, StoreUse use, Func<INodeControl, Task<Result<int>>> body, CancellationToken cancellation)
    {
        if (!options.Settings(parse).TryGet(out var settings, out var error) || !ControlSocketPath.For(settings).TryGet(out var path, out error))
            return context.Fail(error);
        if (await ControlSocketPath.IsLiveAsync(path, cancellation))
        {
            if (parse.GetValue(options.Policy) is { } policy)
                context.Output.Fail($"--policy {policy} is left aside: a node runs on the store, with the policies that it was started with");
            return await RunAsync(context, new HttpNodeControl(path), body);
        }
        // A socket that was asked for by name means that node, and no store beside it.
        var named = parse.GetValue(options.Control) is not null;
        if (Refuse(settings, path, named ? StoreUse.None : use) is { } refusal)
            return context.Fail(refusal);
        var made = new MadeFolders(settings.DataFolder);
        var (control, failed) = await OpenAsync(context, settings, path, cancellation);
        if (failed is not null)
            return context.Fail(failed);
        var code = await RunAsync(context, control!, async one =>
        {
            var result = await body(one);
            error = result.Error;
            return result;
        });
        // What failed and brought nothing leaves no store behind either.
        if (error is not null && !HoldsGraphs(settings.DataFolder))
            made.TakeAway(error);
        return code;
    }

    private static bool HoldsGraphs(string folder)
    {
        var graphs = Path.Combine(folder, "graphs");
        return Directory.Exists(graphs) && Directory.EnumerateFileSystemEntries(graphs).Any();
    }

    // Another command is done soon; a node that begins holds the store a moment before it answers.
    private static async Task<(INodeControl? Control, SyncError? Error)> OpenAsync(CliContext context, NodeSettings settings, string path, CancellationToken cancellation)
    {
        var began = context.Time.GetTimestamp();
        while (true)
        {
            if ((await context.Factory(settings.ForOneCommand(), cancellation)).TryGet(out var node, out var error))
            {
                if (node.Store?.Describe() is { } recovered)
                    context.Output.Fail(recovered);
                return (new LocalNodeControl(node, context.Importer, context.Time, running: false), null);
            }
            if (error.Kind != SyncErrorKind.StoreLocked || context.Time.GetElapsedTime(began) >= WaitForStore)
                return (null, error);
            await Task.Delay(LookAgain, context.Time, cancellation);
            if (await ControlSocketPath.IsLiveAsync(path, cancellation))
                return (new HttpNodeControl(path), null);
        }
    }

    private static async Task<int> RunAsync(CliContext context, INodeControl control, Func<INodeControl, Task<Result<int>>> body)
    {
        await using (control)
            return (await body(control)).TryGet(out var exitCode, out var error) ? exitCode : context.Fail(error);
    }

    private static SyncError? Refuse(NodeSettings settings, string path, StoreUse use)
    {
        if (use == StoreUse.None)
            return new SyncError(SyncErrorKind.Unreachable, $"no node answers on the control socket {path}: start one with actorsync node");
        if (use == StoreUse.Open && !StoreFolder.HoldsStore(settings.DataFolder))
            return new SyncError(SyncErrorKind.Unreachable, $"no node runs on {settings.DataFolder}, and there is no store either: name another with --data, or make one with actorsync graph create");
        return null;
    }
}
