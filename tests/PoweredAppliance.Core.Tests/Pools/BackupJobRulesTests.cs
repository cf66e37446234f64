using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Tests.Pools;

public sealed class BackupJobRulesTests
{
    private static VectorAttribute Action(string pairs) => Template.Parse($"SCHED_ACTION=[{pairs}]").Vector("SCHED_ACTION")!;

    [Fact]
    public void What_is_not_given_or_not_known_is_as_OpenNebula_has_it() => Assert.Equal(
        "BACKUP_VMS=3,1 BACKUP_VOLATILE=NO EXECUTION=SEQUENTIAL FS_FREEZE=NONE KEEP_LAST=0 MODE=INCREMENT INCREMENT_MODE=CBT",
        BackupJobRules.ForNew(Template.Parse("BACKUP_VMS=\"3,1,3\" MODE=increment FS_FREEZE=never KEEP_LAST=-4")).Made is { } made
            ? string.Join(' ', ((string[])["BACKUP_VMS", "BACKUP_VOLATILE", "EXECUTION", "FS_FREEZE", "KEEP_LAST", "MODE", "INCREMENT_MODE"]).Select(n => $"{n}={made[n]}"))
            : "");

    [Theory]
    [InlineData("BACKUP_VMS=\"1,x\"", "BACKUP_VMS")]
    [InlineData("DISK_IDS=\"-1\"", "DISK_IDS")]
    [InlineData("SCHED_ACTION=[TIME=soon]", "SCHED_ACTION/TIME")]
    public void What_cannot_be_is_refused_with_its_field(string template, string field) =>
        Assert.Equal(field, BackupJobRules.ForNew(Template.Parse(template)).Why?.Field);

    [Fact]
    public void Actions_keep_their_numbers_when_others_go()
    {
        var job = BackupJobRules.ForNew(Template.Parse("SCHED_ACTION=[TIME=1] SCHED_ACTION=[TIME=2]")).Made!;
        job = BackupJobRules.Change(job, 0, null).Made!;
        job = BackupJobRules.Change(job, null, Action("TIME=3")).Made!;
        job = BackupJobRules.Change(job, 1, Action("REPEAT=0,DAYS=1")).Made!;
        Assert.Equal([("1", "2", "0"), ("2", "3", "-1")], job.Vectors("SCHED_ACTION").Select(a => (a["ID"]!, a["TIME"]!, a["REPEAT"]!)));
        Assert.Equal((ErrorCode.NoExists, "Error getting scheduled action [0]."), BackupJobRules.Change(job, 0, null).Why is { } why ? (why.Code, why.Text) : default);
        Assert.Equal(2, BackupJobRules.Updated(job, Template.Parse("MODE=FULL SCHED_ACTION=[TIME=9]")).Made!.Vectors("SCHED_ACTION").Count());
    }
}
