namespace ActorSync.States.Stores;

/// <summary>A state that ends with its process: for tests, simulations, and caches that peers fill again.</summary>
public sealed class MemoryStateStore(StateName name) : IStateStore
{
    public StateName Name => name;

    public Task<SyncError?> AppendAsync(IReadOnlyList<StateEntry> entries) => Task.FromResult<SyncError?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>States that end with their process.</summary>
public sealed class MemoryStateStores : IStateStores
{
    public IReadOnlyList<StateName> Found => [];

    public Task<Result<OpenedState>> OpenStateAsync(StateName name, StateSettings settings) =>
        Task.FromResult<Result<OpenedState>>(new OpenedState(new MemoryStateStore(name), [], default));
}
