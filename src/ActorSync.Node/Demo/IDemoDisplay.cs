namespace ActorSync.Node.Demo;

/// <summary>Where a demo is shown while it runs. Disposing of it leaves the last that was shown.</summary>
internal interface IDemoDisplay : IAsyncDisposable
{
    /// <summary>A line that stays.</summary>
    void Say(string line);

    /// <summary>How it stands now, in place of how it stood before.</summary>
    void Show(DemoFrame frame);
}
