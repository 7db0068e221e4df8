using ActorSync.Graphs;
using ActorSync.Graphs.Index;
using ActorSync.Node.Git;

namespace ActorSync.Node.Tests.Git;

public sealed class GitGraphBuilderTests
{
    private readonly ListedHistory _history = new();

    [Fact]
    public void A_line_of_commits_is_a_line_of_commands_that_carry_the_raw_objects()
    {
        var one = _history.Commit("one");
        var two = _history.Commit("two", one);

        var commands = _history.Build(out var builder);

        Assert.Equal(3, commands.Count);
        Assert.Equal(builder.Graph.Init, commands[0].Id);
        Assert.Equal(Prior.Single(commands[0].Address), commands[1].Prior);
        Assert.Equal(Prior.Single(commands[1].Address), commands[2].Prior);
        Assert.Equal(one.Raw, commands[1].Payload);
        Assert.Equal(two.Raw, commands[2].Payload);
        Assert.All(commands.Skip(1), command => Assert.Equal(Priority.Basic(0), command.Priority));
        Assert.Equal((2, 0), (builder.Commits, builder.Merges));
    }

    [Fact]
    public void Every_root_follows_the_init_command()
    {
        var roots = Enumerable.Range(0, 5).Select(i => _history.Commit($"root {i}")).ToArray();
        _history.Commit("all", roots);

        var commands = _history.Build(out var builder);

        Assert.All(roots, root => Assert.Equal(Prior.Single(builder.Init.Address), OrdinaryOf(commands, root).Prior));
        Assert.Equal((6, 4), (builder.Commits, builder.Merges));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void Many_parents_are_folded_as_a_queue_of_sorted_ids(int parents)
    {
        var root = _history.Commit("root");
        var branches = Enumerable.Range(0, parents).Select(i => _history.Commit($"branch {i}", root)).ToArray();
        var octopus = _history.Commit("octopus", branches);

        var commands = _history.Build(out var builder);

        var expected = Folded([.. branches.Select(branch => OrdinaryOf(commands, branch).Address)]);
        Assert.Equal(Prior.Single(expected), OrdinaryOf(commands, octopus).Prior);
        Assert.Equal(parents - 1, builder.Merges);
    }

    [Fact]
    public void Three_parents_are_first_merged_by_the_two_lowest_ids()
    {
        var root = _history.Commit("root");
        GitCommit[] branches = [_history.Commit("a", root), _history.Commit("b", root), _history.Commit("c", root)];
        _history.Commit("octopus", branches);

        var merges = _history.Build(out _).Where(command => command.Prior.Kind == PriorKind.Merge).ToList();

        var ids = branches.Select(branch => OrdinaryOf(_history.Build(out _), branch).Id).Order().ToList();
        Assert.Equal((ids[0], ids[1]), (merges[0].Prior.Left.Id, merges[0].Prior.Right.Id));
        Assert.Equal([ids[2], merges[0].Id], new[] { merges[1].Prior.Left.Id, merges[1].Prior.Right.Id }.OrderBy(id => id != ids[2]));
    }

    [Fact]
    public void A_parent_that_is_an_ancestor_of_another_is_dropped()
    {
        var root = _history.Commit("root");
        var old = _history.Commit("old", root);
        var side = _history.Commit("side", root);
        var merged = _history.Commit("merged", old, side);
        var tip = _history.Commit("tip", merged);
        var noFastForward = _history.Commit("no fast-forward", old, tip);
        var behindAMerge = _history.Commit("behind a merge", tip, side, root);

        var commands = _history.Build(out var builder);

        var expected = Prior.Single(OrdinaryOf(commands, tip).Address);
        Assert.Equal(expected, OrdinaryOf(commands, noFastForward).Prior);
        Assert.Equal(expected, OrdinaryOf(commands, behindAMerge).Prior);
        Assert.Equal(1, builder.Merges);
    }

    [Fact]
    public void A_parent_that_is_named_twice_counts_once()
    {
        var root = _history.Commit("root");
        var twice = _history.Commit("twice", root, root);
        var other = _history.Commit("other", root);
        var more = _history.Commit("more", other, twice, other, twice);

        var commands = _history.Build(out var builder);

        Assert.Equal(Prior.Single(OrdinaryOf(commands, root).Address), OrdinaryOf(commands, twice).Prior);
        Assert.Equal(Prior.Single(Folded([OrdinaryOf(commands, twice).Address, OrdinaryOf(commands, other).Address])), OrdinaryOf(commands, more).Prior);
        Assert.Equal(1, builder.Merges);
    }

    [Fact]
    public void Criss_cross_merges_share_the_merge_command_and_stay_two_commits()
    {
        var root = _history.Commit("root");
        var (a, b) = (_history.Commit("a", root), _history.Commit("b", root));
        var (ab, ba) = (_history.Commit("a with b", a, b), _history.Commit("b with a", b, a));
        var end = _history.Commit("end", ab, ba);

        var commands = _history.Build(out var builder);

        Assert.Equal(OrdinaryOf(commands, ab).Prior, OrdinaryOf(commands, ba).Prior);
        Assert.Equal(Prior.Single(Folded([OrdinaryOf(commands, ab).Address, OrdinaryOf(commands, ba).Address])), OrdinaryOf(commands, end).Prior);
        Assert.Equal((6, 2), (builder.Commits, builder.Merges));
        Assert.Equal(commands.Count, commands.Select(command => command.Id).Distinct().Count());
    }

    [Fact]
    public void A_history_that_grows_keeps_its_graph_and_its_commands()
    {
        var root = _history.Commit("root");
        _history.Commit("one", root);
        var before = _history.Build(out var first);
        _history.Commit("two", root);

        var after = _history.Build(out var second);

        Assert.Equal(first.Graph, second.Graph);
        Assert.Equal(before.Select(command => command.Id), after.Take(before.Count).Select(command => command.Id));
    }

    [Fact]
    public void The_order_of_the_roots_does_not_matter_and_a_further_root_makes_another_graph()
    {
        GitOid[] roots = [.. Enumerable.Range(0, 3).Select(i => ListedHistory.Make($"root {i}").Oid)];

        Assert.Equal(new GitGraphBuilder(roots).Graph, new GitGraphBuilder([.. roots.Reverse()]).Graph);
        Assert.NotEqual(new GitGraphBuilder(roots).Graph, new GitGraphBuilder(roots[..2]).Graph);
    }

    [Fact]
    public void At_a_shallow_boundary_parents_are_absent()
    {
        var unknown = ListedHistory.Make("cut off").Oid;
        var boundary = ListedHistory.Make("boundary", unknown, unknown);
        _history.Commits.Add(boundary);
        _history.Commit("tip", boundary);

        var commands = _history.Build(out var builder);

        Assert.Equal(Prior.Single(builder.Init.Address), OrdinaryOf(commands, boundary).Prior);
        Assert.Equal(3, commands.Count);
    }

    [Fact]
    public void A_commit_that_cannot_be_mapped_is_named_and_adds_nothing()
    {
        var root = ListedHistory.Make("root");
        var builder = new GitGraphBuilder([root.Oid], commitBytes: 1000);
        var commands = new List<Command>();
        Assert.Null(builder.Add(root, commands));
        commands.Clear();

        AssertRefused(root, SyncErrorKind.Duplicate);
        AssertRefused(ListedHistory.Make("another root"), SyncErrorKind.InvalidCommand);
        AssertRefused(ListedHistory.Make("too early", root.Oid, ListedHistory.Make("later").Oid), SyncErrorKind.MissingPrior);
        AssertRefused(ListedHistory.Make(new string('x', 1000), root.Oid), SyncErrorKind.CommandTooLarge);
        Assert.Equal(1, builder.Commits);

        void AssertRefused(GitCommit commit, SyncErrorKind kind)
        {
            var error = builder.Add(commit, commands);
            Assert.Equal(kind, error?.Kind);
            Assert.Contains(commit.Oid.ToString(), error!.Message, StringComparison.Ordinal);
            Assert.Empty(commands);
        }
    }

    [Fact]
    public void As_many_parents_as_the_limit_are_merged_and_one_more_is_refused()
    {
        var root = _history.Commit("root");
        var branches = Enumerable.Range(0, GitGraphBuilder.MaxParents + 1).Select(i => _history.Commit($"branch {i}", root)).ToArray();
        _ = _history.Build(out var builder);
        var commands = new List<Command>();

        var refused = builder.Add(ListedHistory.Make("too many", [.. branches.Select(branch => branch.Oid)]), commands);
        Assert.Equal(SyncErrorKind.LimitExceeded, refused?.Kind);
        Assert.Empty(commands);

        Assert.Null(builder.Add(ListedHistory.Make("as many as may be", [.. branches.Skip(1).Select(branch => branch.Oid)]), commands));
        Assert.Equal(GitGraphBuilder.MaxParents, commands.Count);
    }

    [Fact]
    public void Random_histories_follow_the_rules_checked_naively()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var history = ListedHistory.Random(seed, commits: 20 + seed, roots: 1 + seed % 4);
            var commands = history.Build(out var builder);
            AssertIsGraph(commands);
            var ordinary = commands.Where(command => command.Prior.Kind == PriorKind.Single).ToList();
            Assert.Equal(history.CommitCount, ordinary.Count);
            var addresses = history.Commits.Zip(ordinary).ToDictionary(pair => pair.First.Oid, pair => pair.Second.Address);
            var ancestors = new Dictionary<GitOid, HashSet<GitOid>>();
            foreach (var (commit, command) in history.Commits.Zip(ordinary))
            {
                var before = commit.Parents.SelectMany(parent => ancestors[parent].Append(parent)).ToHashSet();
                ancestors.Add(commit.Oid, before);
                var independent = commit.Parents.Distinct().Where(parent => !commit.Parents.Any(other => ancestors[other].Contains(parent)));
                var expected = commit.Parents.Count == 0 ? builder.Init.Address : Folded([.. independent.Select(parent => addresses[parent])]);
                Assert.True(command.Prior == Prior.Single(expected), $"seed {seed}: {commit.Oid}");
            }
        }
    }

    private static Command OrdinaryOf(List<Command> commands, GitCommit commit) =>
        commands.Single(command => command.Prior.Kind == PriorKind.Single && command.Payload.Span.SequenceEqual(commit.Raw.Span));

    // The protocol's collapse, said once more: over a list that is walked, not over a queue that is emptied.
    private static Address Folded(Address[] independent)
    {
        var row = independent.OrderBy(address => address.Id).ToList();
        for (var at = 0; at + 1 < row.Count; at += 2)
            row.Add(Command.Merge(row[at], row[at + 1]).Address);
        return row[^1];
    }

    private static void AssertIsGraph(List<Command> commands)
    {
        var index = new GraphIndex();
        foreach (var command in commands)
            Assert.Null(index.Add(command).Error);
    }
}
