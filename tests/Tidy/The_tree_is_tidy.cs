using Tidy.Rules;

namespace Tidy;

public sealed class The_tree_is_tidy
{
    [Fact]
    public void Rooms_know_only_the_rooms_that_are_drawn() => Nothing(Each(Arrows.Check));

    [Fact]
    public void Names_say_what_a_thing_is() => Nothing(Each(Names.Check));

    [Fact]
    public void Files_are_read_at_one_sitting()
    {
        var lines = Tree.Files.Select(Sizes.Lines).Where(l => l > 0).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{lines.Count} hand-written files, {lines.Sum()} lines, {lines.Count(l => l > Sizes.Wanted)} over {Sizes.Wanted}, longest {lines.Max()}");
        Nothing(Each(Sizes.Check));
    }

    [Fact]
    public void Time_ids_and_chance_come_in_and_nothing_blocks() => Nothing(Each(Calls.Check));

    [Fact]
    public void C_is_called_from_one_place() => Nothing(Each(NativeEdge.Check));

    [Fact]
    public void Nothing_is_left_unfinished_or_lying_about() => Nothing(Each(Leftovers.Check));

    [Fact]
    public void Packages_are_pinned_once()
    {
        var pinned = Packages.PinnedIn(Tree.Files.Single(f => f.Path == Packages.Pins).Text);
        Nothing(Each(f => Packages.Check(f, pinned)));
    }

    [Fact]
    public void Lines_end_in_LF() => Nothing(Each(Files.LineEnds));

    [Fact]
    public void The_solution_lists_every_project() => Nothing(Files.Solution(
        Tree.Files.Single(f => f.Name == "PoweredAppliance.sln"), [.. Tree.Files.Where(f => f.IsProject).Select(f => f.Path)]));

    [Fact]
    public void The_first_thing_in_README_are_two_commands() =>
        Nothing(Files.Readme(Tree.Files.SingleOrDefault(f => f.Path == "README.md")?.Text ?? ""));

    [Fact]
    public void Every_exception_is_still_needed_and_has_a_reason() => Nothing(Exceptions.All
        .Where(e => e.Reason.Length < 20 || Tree.Files.SingleOrDefault(f => f.Path == e.File) is not { } file
            || !file.Text.Contains(e.Call, StringComparison.Ordinal))
        .Select(e => new Finding(e.File, 1, $"the exception for {e.Call} has no reason or no use: remove it from tests/Tidy")));

    private static IEnumerable<Finding> Each(Func<SourceFile, IEnumerable<Finding>> rule) => Tree.Files.SelectMany(rule);

    private static void Nothing(IEnumerable<Finding> findings)
    {
        var found = findings.Select(f => f.ToString()).ToList();
        Assert.True(found.Count == 0, $"{found.Count} found\n{string.Join('\n', found)}");
    }
}
