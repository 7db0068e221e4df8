namespace ActorSync.Actors;

internal static class Disposing
{
    /// <summary>Begins to dispose of what no one waits for: an actor does not block, and a link closes in its own time.</summary>
    public static void DisposeInBackground(this IAsyncDisposable disposable)
    {
        var closing = disposable.DisposeAsync();
        if (!closing.IsCompletedSuccessfully)
            _ = closing.AsTask();
    }
}
