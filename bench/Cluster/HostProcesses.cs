using System.Collections;
using System.Diagnostics;
using ActorSync.Tests;

namespace ActorSync.Bench;

/// <summary>The hosts of one cluster, each a process that is told what to do line by line, and ends with this one.</summary>
internal sealed class HostProcesses : IAsyncDisposable, IEnumerable<HostProcesses.One>
{
    private readonly List<One> _hosts = [];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("actorsync-cluster-");

    public One this[int index] => _hosts[index];

    public static async Task<HostProcesses> StartAsync(int count, int replicas)
    {
        var cluster = new HostProcesses();
        var ports = string.Join(',', LoopbackPorts.Free(count));
        for (var i = 0; i < count; i++)
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!, ["host", $"{i}", ports, $"{replicas}", Path.Combine(cluster._folder.FullName, $"{i}")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            cluster._hosts.Add(new One(Process.Start(start)!));
        }
        await Task.WhenAll(cluster._hosts.Select(host => host.AskAsync($"wait {count}")));
        return cluster;
    }

    public void Kill(int index) => _hosts[index].Process.Kill();

    public IEnumerator<One> GetEnumerator() => _hosts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            host.Process.StandardInput.Close();
            if (!host.Process.WaitForExit(TimeSpan.FromSeconds(20)))
                host.Process.Kill();
            host.Process.Dispose();
        }
        await Task.Run(() => _folder.Delete(recursive: true));
    }

    internal sealed record One(Process Process)
    {
        /// <summary>Tells it to do something; the answer is one line.</summary>
        public async Task<string> AskAsync(string line)
        {
            await Process.StandardInput.WriteLineAsync(line);
            await Process.StandardInput.FlushAsync();
            return await Process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"the host has ended, asked to {line}");
        }
    }
}
