using System.Text;
using ActorSync.Node.Cli;
using ActorSync.Node.Configuration;
using ActorSync.Node.Hosting;
using ActorSync.Node.Output;

namespace ActorSync.Node.Tests.Fakes;

/// <summary>Runs command lines in process, with a fake node in place of the store.</summary>
internal sealed class CliRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CliRun()
    {
        Factory = (settings, _) => Task.FromResult(MakeNode(settings));
    }

    public FakeNode Node { get; } = new();

    public NodeFactory Factory { get; set; }

    /// <summary>The settings that nodes were made of.</summary>
    public List<NodeSettings> Made { get; } = [];

    public string Data => _folder.At("data");

    public TemporaryFolder Folder => _folder;

    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Runs a command line on the data folder of this test.</summary>
    public Task<Ran> OnDataAsync(params string[] args) => RunAsync([.. args, "--data", Data]);

    public Task<Ran> RunAsync(params string[] args) => RunAsync(args, "");

    public async Task<Ran> RunAsync(string[] args, string input, CancellationToken stop = default)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await Start(args, output, error, input, stop);
        return new Ran(code, output.ToString(), error.ToString());
    }

    public Task<int> Start(string[] args, TextWriter output, TextWriter error, string input = "", CancellationToken stop = default) =>
        Start(args, output, error, new MemoryStream(Encoding.UTF8.GetBytes(input)), stop);

    public Task<int> Start(string[] args, TextWriter output, TextWriter error, Stream input, CancellationToken stop = default)
    {
        var context = new CliContext
        {
            Output = new CommandOutput(output, error, outputIsTerminal: false, errorIsTerminal: false),
            Input = input,
            Factory = Factory,
            Importer = new FakeImporter(),
            Time = Time,
        };
        return CommandTree.RunAsync(args, context, stop);
    }

    public void Dispose() => _folder.Dispose();

    private Result<ISyncNode> MakeNode(NodeSettings settings)
    {
        Made.Add(settings);
        Directory.CreateDirectory(settings.DataFolder);
        File.WriteAllText(Path.Combine(settings.DataFolder, "node"), "");
        return Node;
    }
}

/// <summary>How a command line ended.</summary>
internal sealed record Ran(int Code, string Out, string Error);
