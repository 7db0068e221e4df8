using ActorSync.Node.Git;

namespace ActorSync.Node.Demo;

/// <summary>The history that a demo reads.</summary>
/// <param name="Path">A repository's folder, or the file of a packaged history.</param>
/// <param name="Commits">Commits that it holds.</param>
/// <param name="Why">Why the packaged history stands in for a clone; null when it does not.</param>
internal sealed record DemoHistory(string Path, int Commits, string? Why)
{
    /// <summary>
    /// The history that was asked for, which must be good; else that of the clone around a folder, else the packaged one.
    /// </summary>
    /// <param name="asked">What the user named; null for nothing.</param>
    /// <param name="around">Where the program lies.</param>
    /// <param name="git">The git program; null when there is none.</param>
    /// <param name="scope">How much of a repository is read.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<Result<DemoHistory>> ChooseAsync(string? asked, string around, string? git, GitScope scope, CancellationToken cancellation)
    {
        var options = GitReadOptions.Default with { Executable = git, Scope = scope };
        if (asked is not null)
            return await OpenAsync(System.IO.Path.GetFullPath(asked), null, options, cancellation);
        if (CloneAround(around) is not { } clone)
            return await PackagedAsync($"there is no .git folder at or above {around}", options, cancellation);
        if (git is null)
            return await PackagedAsync("there is no git program on the PATH", options, cancellation);
        var opened = await OpenAsync(clone, null, options, cancellation);
        return opened.Error is { } error ? await PackagedAsync($"this clone cannot be read: {error.Message}", options, cancellation) : opened;
    }

    private static Task<Result<DemoHistory>> PackagedAsync(string why, GitReadOptions options, CancellationToken cancellation) =>
        OpenAsync(GitHistoryFile.Packaged, why, options, cancellation);

    private static async Task<Result<DemoHistory>> OpenAsync(string path, string? why, GitReadOptions options, CancellationToken cancellation) =>
        (await GitHistory.OpenAsync(path, options, cancellation)).TryGet(out var history, out var error) ? new DemoHistory(path, history.CommitCount, why) : error;

    // In a work tree that belongs to another clone, .git is a file.
    private static string? CloneAround(string? folder)
    {
        while (folder is not null && !System.IO.Path.Exists(System.IO.Path.Combine(folder, ".git")))
            folder = System.IO.Path.GetDirectoryName(folder);
        return folder;
    }
}
