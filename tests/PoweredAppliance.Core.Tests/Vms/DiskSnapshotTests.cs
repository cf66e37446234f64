using CsCheck;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class DiskSnapshotTests
{
    /// <summary>0 hangs alone, 1 and 2 on it, 3 on 2; 3 is active.</summary>
    private static DiskSnapshots Branched => DiskSnapshots.Of(0)
        .Taken(0, "a", 1, 10).Taken(1, "b", 2, 10).Reverted(0).Taken(2, "c", 3, 10).Taken(3, "d", 4, 10);

    [Fact]
    public void A_snapshot_hangs_on_the_one_that_was_active()
    {
        Assert.Equal([-1, 0, 0, 2], Branched.Snapshots.Select(s => s.Parent));
        Assert.Equal((3, 4), (Branched.Active, Branched.Next));
        Assert.Equal([1, 2], Branched.Children(0));
    }

    [Theory]
    [InlineData(0, "Cannot delete snapshot with more than one children")]
    [InlineData(1, null)]
    [InlineData(2, "Cannot delete snapshot if parent has more than one child")]
    [InlineData(3, null)]
    [InlineData(4, "Snapshot does not exist")]
    public void A_branched_tree_is_cut_at_its_ends_only(int id, string? why) => Assert.Equal(why, Branched.WhyKept(id));

    [Fact]
    public void A_plain_chain_may_lose_one_from_its_middle_but_never_the_active_one_with_a_child()
    {
        var chain = DiskSnapshots.Of(0).Taken(0, "a", 1, 10).Taken(1, "b", 2, 10).Taken(2, "c", 3, 10);
        Assert.Null(chain.WhyKept(1));
        Assert.Equal([-1, 0], chain.Without(1).Snapshots.Select(s => s.Parent));
        Assert.Equal("Cannot delete the active snapshot with children", chain.Reverted(1).WhyKept(1));
        Assert.Equal("Cannot delete snapshot if child has children", chain.Reverted(1).WhyKept(0));
    }

    [Fact]
    public void Whatever_is_done_parents_are_there_ids_are_new_and_the_active_one_exists() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 9]).Array[0, 60].Sample(story =>
        {
            var tree = DiskSnapshots.Of(0);
            foreach (var (kind, n) in story)
            {
                var before = tree;
                var any = tree.Snapshots.IsEmpty ? -1 : tree.Snapshots[n % tree.Snapshots.Length].Id;
                tree = kind switch
                {
                    0 => tree.Taken(tree.Next, "s", n, 10),
                    1 when any >= 0 => tree.Reverted(any),
                    2 when tree.WhyKept(any) is null => tree.Without(any),
                    _ => tree,
                };
                Assert.All(tree.Snapshots, s => Assert.True(s.Parent == -1 || tree.Find(s.Parent) is not null));
                Assert.True(tree.Active == -1 || tree.Find(tree.Active) is not null);
                Assert.True(tree.Next >= before.Next && tree.Snapshots.All(s => s.Id < tree.Next));
            }
        }, iter: 2000);
}
