using ActorSync.Node.Demo;
using ActorSync.Node.Git;
using ActorSync.Node.Tests.Fakes;

namespace ActorSync.Node.Tests.Demo;

/// <summary>Which history a demo reads.</summary>
public sealed class DemoHistoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_git_folder_it_says_so_and_takes_the_packaged_history()
    {
        var history = (await ChooseAsync(null, GitExecutable.Find())).Value;

        Assert.Equal((GitHistoryFile.Packaged, $"there is no .git folder at or above {_folder.Path}"), (history.Path, history.Why));
        Assert.True(history.Commits > 10);
    }

    [Fact]
    public async Task Without_git_it_says_so_and_takes_the_packaged_history()
    {
        Directory.CreateDirectory(_folder.At(".git"));

        var history = (await ChooseAsync(null, null)).Value;

        Assert.Equal((GitHistoryFile.Packaged, "there is no git program on the PATH"), (history.Path, history.Why));
    }

    [Fact]
    public async Task A_clone_that_cannot_be_read_is_passed_over_with_the_reason()
    {
        File.WriteAllText(_folder.At(".git"), "gitdir: nowhere");

        var history = (await ChooseAsync(null, _folder.At("no-such-git"))).Value;

        Assert.Equal(GitHistoryFile.Packaged, history.Path);
        Assert.StartsWith("this clone cannot be read: ", history.Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_asked_for_is_read_or_nothing_is()
    {
        var packaged = (await ChooseAsync(GitHistoryFile.Packaged, null)).Value;
        var nowhere = (await ChooseAsync(_folder.At("nowhere"), GitExecutable.Find())).Error;

        Assert.Equal((GitHistoryFile.Packaged, null), (packaged.Path, packaged.Why));
        Assert.Equal(SyncErrorKind.InvalidRequest, nowhere!.Kind);
        Assert.Contains($"there is no folder {_folder.At("nowhere")}", nowhere.Message, StringComparison.Ordinal);
    }

    private Task<Result<DemoHistory>> ChooseAsync(string? asked, string? git) =>
        DemoHistory.ChooseAsync(asked, _folder.Path, git, GitScope.Head, CancellationToken.None);
}
