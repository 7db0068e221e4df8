using System.CommandLine;
using ActorSync.Graphs.Stores;
using ActorSync.Node.Control;
using ActorSync.Peers;
using ActorSync.Storage;
using ActorSync.Testing.Scenarios;

namespace ActorSync.Node.Cli;

/// <summary><c>actorsync scenario</c>: runs scenario files, as docs/scenarios.md describes them.</summary>
internal static class ScenarioCommand
{
    private const string Memory = "memory";
    private const string Disk = "disk";

    public static Command Create(CliContext context)
    {
        var files = new Argument<string[]>("FILE") { Description = "Scenario files.", Arity = ArgumentArity.OneOrMore };
        var store = new Option<string>("--store") { Description = "Where the clients keep their graphs: memory, or disk for a durable store in a temporary folder.", DefaultValueFactory = _ => Memory };
        var seed = new Option<ulong?>("--seed") { Description = "Draws graphs whose rule names no seed; drawn itself when left out, and printed.", HelpName = "NUMBER" };
        var trace = new Option<bool>("--trace") { Description = "Print what every sync received and was sent, and how many payloads every wait saw." };
        var json = CommonOptions.Json();
        store.AcceptOnlyFromAmong(Memory, Disk);
        var command = new Command("scenario", "Run scenario files. Exit code 0 when all hold, 1 when a rule does not, 2 when a file cannot be read.") { files, store, seed, trace, json };
        command.SetAction(async (parse, stop) =>
        {
            var (code, reports) = (ExitCodes.Ok, new List<ScenarioReport>());
            foreach (var file in parse.GetRequiredValue(files))
            {
                var runner = new ScenarioFileRun(context, file, parse.GetValue(store) == Disk, parse.GetValue(seed), parse.GetValue(trace), parse.GetValue(json));
                code = Math.Max(code, await runner.RunAsync(stop));
                reports.Add(runner.Report);
            }
            if (parse.GetValue(json))
                context.Output.Json(reports, ControlJson.Page.IReadOnlyListScenarioReport);
            return code;
        });
        return command;
    }

    /// <summary>One file, run once.</summary>
    private sealed class ScenarioFileRun(CliContext context, string file, bool onDisk, ulong? seed, bool trace, bool quiet)
    {
        private readonly List<string> _lines = [];

        public ScenarioReport Report { get; private set; } = new(file, false, null, null, null, []);

        public async Task<int> RunAsync(CancellationToken stop)
        {
            Result<Scenario> read;
            try
            {
                read = ScenarioFile.Parse(await File.ReadAllBytesAsync(file, stop));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                read = new SyncError(SyncErrorKind.InvalidRequest, e.Message);
            }
            if (!read.TryGet(out var scenario, out var error))
            {
                Report = Report with { Difference = $"it cannot be read: {error.Message}" };
                context.Output.Fail($"{file}: {Report.Difference}");
                return ExitCodes.Usage;
            }
            var folder = onDisk ? Directory.CreateTempSubdirectory("actorsync-scenario-").FullName : null;
            try
            {
                return Tell(await ScenarioRunner.RunAsync(scenario, Options(folder)));
            }
            finally
            {
                if (folder is not null)
                    Directory.Delete(folder, recursive: true);
            }
        }

        private int Tell(ScenarioOutcome outcome)
        {
            Report = outcome.Holds
                ? Report with { Holds = true, Lines = _lines }
                : Report with { Rule = outcome.Rule, Name = outcome.Name, Difference = outcome.Difference, Lines = _lines };
            if (!outcome.Holds)
            {
                context.Output.Fail($"{file}: {outcome}");
                return ExitCodes.Failure;
            }
            if (!quiet)
                context.Output.Line($"{file}: {outcome}");
            return ExitCodes.Ok;
        }

        private ScenarioOptions Options(string? folder) => new()
        {
            NewStore = folder is null ? NewMemoryStore : client => OpenStoreAsync(Path.Combine(folder, $"{client}")),
            Seed = seed ?? (ulong)Random.Shared.NextInt64(),
            Print = Print,
            Trace = line =>
            {
                if (trace)
                    Print(line);
            },
        };

        private void Print(string line)
        {
            _lines.Add(line);
            if (!quiet)
                context.Output.Line($"{file}: {line}");
        }

        private static Task<Result<INodeStore>> NewMemoryStore(ulong client) =>
            Task.FromResult(new Result<INodeStore>(new MemoryNodeStore(new PeerIdentity(new NodeId(client), new InstanceId(client)))));

        // What is flushed when does not matter to a store that is thrown away.
        private static async Task<Result<INodeStore>> OpenStoreAsync(string folder) =>
            (await NodeStore.OpenAsync(new StoreSettings { Folder = folder, Fsync = FsyncMode.Never })).TryGet(out var store, out var error)
                ? new Result<INodeStore>(store)
                : error;
    }
}
