namespace ActorSync.Testing.Scenarios;

/// <summary>Draws a graph from a seed: who writes what, and who syncs from whom in between.</summary>
internal sealed class GraphGenerator
{
    private const ulong Values = 10;

    private readonly ScenarioWorld _world;
    private readonly HelloSubscriptions _hellos;
    private readonly Generation _generation;
    private readonly Random _random;
    private ulong _written;

    public GraphGenerator(ScenarioWorld world, HelloSubscriptions hellos, Generation generation)
    {
        _world = world;
        _hellos = hellos;
        _generation = generation;
        var seed = generation.Seed ?? world.Seed;
        world.Print($"GenerateGraph: seed {seed}");
        _random = new Random(unchecked((int)(seed ^ seed >> 32)));
    }

    private ulong Clients => _generation.Clients;

    private ulong FirstClient => _generation.SyncClientZero ? 0UL : 1UL;

    public Task RunAsync() => _generation.Method switch
    {
        GenerationMethod.Poll poll => PollAsync(poll),
        GenerationMethod.Hello hello => HelloAsync(hello),
        GenerationMethod.None none => InTurnAsync(none.AddCommandsToClientZero ? 0UL : 1UL),
        GenerationMethod.Tick tick => TickAsync(tick),
        _ => throw new InvalidOperationException($"{_generation.Method} is no method"),
    };

    private async Task PollAsync(GenerationMethod.Poll poll)
    {
        while (_written < _generation.Commands)
        {
            var client = FirstClient + Draw(Clients - FirstClient);
            if (_random.Next(poll.AddCommandChance + poll.SyncChance) < poll.AddCommandChance)
            {
                await WriteAsync(client).ConfigureAwait(false);
                continue;
            }
            var next = client + 1 == Clients ? FirstClient : client + 1;
            if (next != client)
                await SyncAsync(client, next, 1).ConfigureAwait(false);
        }
    }

    private Task HelloAsync(GenerationMethod.Hello hello)
    {
        for (ulong client = 0; client < Clients && Clients > 1; client++)
        {
            if (hello.IsRing)
            {
                _hellos.Add(client, (client + 1) % Clients, _generation.Graph, hello.NotifyInterval);
            }
            else if (client > 0)
            {
                _hellos.Add(client, 0, _generation.Graph, hello.NotifyInterval);
                _hellos.Add(0, client, _generation.Graph, hello.NotifyInterval);
            }
        }
        return InTurnAsync(FirstClient);
    }

    private async Task InTurnAsync(ulong first)
    {
        while (_written < _generation.Commands)
        {
            for (var client = first; client < Clients && _written < _generation.Commands; client++)
                await WriteAsync(client).ConfigureAwait(false);
        }
    }

    private async Task TickAsync(GenerationMethod.Tick tick)
    {
        if (tick.HelloNotifyInterval is { } interval)
        {
            _hellos.Add(0, 1, _generation.Graph, interval);
            _hellos.Add(1, 0, _generation.Graph, interval);
        }
        for (ulong now = 1; _written < _generation.Commands; now++)
        {
            for (ulong client = 0; client < Clients && _written < _generation.Commands; client++)
            {
                if (now % tick.WriteIntervals[(int)client] == 0)
                    await WriteAsync(client, 0, ScenarioPolicy.Set(0, now % Values)).ConfigureAwait(false);
            }
            if (tick.HelloNotifyInterval is not null || now % tick.SyncInterval != 0)
                continue;
            await SyncAsync(0, 1, ulong.MaxValue).ConfigureAwait(false);
            await SyncAsync(1, 0, ulong.MaxValue).ConfigureAwait(false);
        }
    }

    private Task WriteAsync(ulong client)
    {
        var (key, kind) = (Draw(_generation.Keys), _random.Next(100));
        var priority = (uint)Draw((ulong)_generation.MaxPriority + 1);
        var payload = kind < _generation.NoOps
            ? ScenarioPolicy.NoOp(_written)
            : _random.Next(100) < _generation.Deletes ? ScenarioPolicy.Delete(key) : ScenarioPolicy.Set(key, Draw(Values));
        return WriteAsync(client, priority, payload);
    }

    private async Task WriteAsync(ulong client, uint priority, byte[] payload)
    {
        _written++;
        await _world.ActAsync(client, _generation.Graph, priority, payload).ConfigureAwait(false);
        await _hellos.TellAsync().ConfigureAwait(false);
    }

    private async Task SyncAsync(ulong client, ulong from, ulong most)
    {
        await _world.SyncAsync(client, from, _generation.Graph, most).ConfigureAwait(false);
        await _hellos.TellAsync().ConfigureAwait(false);
    }

    private ulong Draw(ulong below) => below <= long.MaxValue ? (ulong)_random.NextInt64((long)below) : (ulong)_random.NextInt64(long.MaxValue);
}
