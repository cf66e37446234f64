using System.Collections.Immutable;
using System.Globalization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Quotas;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class QuotaTests
{
    private const string Small = "CPU=1 MEMORY=64 DISK=[TYPE=fs,SIZE=4]";
    private static readonly Caller Anna = new(new(2), new(100));

    private static async Task<Site> WithAnna(int hosts = 1)
    {
        var site = await Site.Start(hosts);
        foreach (var (kind, id) in new[] { (PoolKind.User, 0), (PoolKind.User, 2), (PoolKind.Group, 0), (PoolKind.Group, 100) })
            Assert.Null((await site.Cloud.Pool(new PoolProtocol.Allocate(
                kind, $"{kind}{id}", Caller.Admin, 0, Template.Empty, ImmutableSortedDictionary<string, string>.Empty, id))).Refusal);
        return site;
    }

    private static async Task Limit(Site site, PoolKind kind, int id, string quotas) =>
        Assert.Null((await site.Cloud.Pool(new Limit(kind, id, Template.Parse(quotas), [], [0]))).Refusal);

    private static Task<Answer> Create(Site site, string template = Small, bool hold = false) => site.Cloud.CreateVm(
        Template.Parse(template), null, "one", Anna, 0b110_000_000, hold, (_, _, _, _) => (null, null), new Guid("00000000-0000-0000-0000-000000000001"));

    private static decimal Used(Site site, QuotaHolder holder, string metric) =>
        site.Inventory.Usages.Of(holder).GetValueOrDefault(new(QuotaKind.Vm, QuotaKey.Everywhere, metric));

    [Fact]
    public async Task Of_64_who_ask_at_once_exactly_as_many_get_a_VM_as_the_limits_of_user_and_group_let()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 2, "VM=[VMS=10]");
        await Limit(site, PoolKind.Group, 100, "VM=[MEMORY=512]");
        var user = QuotaHolder.User(Anna.User);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(() => Create(site, hold: true))));
        var made = answers.Where(a => a.Refusal is null).Select(a => new VmId(a.Id)).ToList();
        Assert.Equal(8, made.Count);
        Assert.All(answers.Where(a => a.Refusal is not null), a => Assert.Equal(
            (ErrorCode.Authorization, "User [2] : Group [100] limit of 512 reached for MEMORY quota in VM, 512 used and 64 asked."), (a.Refusal!.Code, a.Refusal.Text)));
        Assert.Equal((8, 512), (Used(site, user, "VMS"), Used(site, QuotaHolder.Group(Anna.Group), "RUNNING_MEMORY")));
        Assert.True(site.Inventory.Vms.HighestId < 64, "what was refused uses up numbers");

        foreach (var vm in made)
            await site.Act(vm, VmAction.Terminate);
        Assert.Empty(site.Inventory.Usages.Of(user));
        Assert.Null((await Create(site, hold: true)).Refusal);
    }

    [Fact]
    public async Task Resuming_needs_room_among_what_runs()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 0, "VM=[RUNNING_CPU=1]");
        var first = new VmId((await Create(site)).Id);
        await site.Reach(first, LcmState.Running);
        Assert.NotNull((await Create(site)).Refusal);
        await site.Act(first, VmAction.Poweroff);
        await site.Reach(first, VmState.Poweroff);
        var second = await Create(site);
        Assert.Null(second.Refusal);
        var resumed = await site.Cloud.Vm(new VmProtocol.Act(first, VmAction.Resume, Anna));
        Assert.Equal("User [2] : User [2] limit of 1 reached for RUNNING_CPU quota in VM, 1 used and 1 asked.", resumed.Refusal?.Text);
        await site.Cloud.Vm(new VmProtocol.Recover(new(second.Id), RecoverOperation.Delete, Anna));
        await site.Reach(new(second.Id), VmState.Done);
        await site.Act(first, VmAction.Resume);
        await site.Reach(first, LcmState.Running);
    }

    [Fact]
    public async Task A_VM_is_given_only_to_somebody_who_has_room_for_it()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 2, "VM=[VMS=1]");
        var mine = await site.Create(Small, hold: true);
        Assert.Null((await Create(site, hold: true)).Refusal);
        var given = await site.Cloud.Vm(new VmProtocol.Chown(mine, Anna.User, null, Caller.Admin));
        Assert.Contains("limit of 1 reached for VMS quota in VM", given.Refusal!.Text, StringComparison.Ordinal);
        Assert.Equal(Caller.Admin, site.Vm(mine).Owner);
    }

    [Fact]
    public async Task Of_64_who_give_VMs_away_and_make_them_dearer_at_once_nobody_gets_their_new_owner_past_his_limit()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 2, "VM=[CPU=12]");
        var vms = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Create(Small)));
        foreach (var vm in vms)
            await site.Reach(vm, LcmState.Running);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => site.Cloud.Vm(i / 8 % 2 == 0
            ? new VmProtocol.Chown(vms[i % 8], Anna.User, null, Caller.Admin)
            : new VmProtocol.Change(vms[i % 8], new VmChange.Resize(4, null, null), Caller.Admin)))));
        var used = Used(site, QuotaHolder.User(Anna.User), "CPU");
        Assert.InRange(used, 1, 12);
        Assert.Contains(answers, a => a.Refusal is { Code: ErrorCode.Authorization } why && why.Text.Contains("limit of 12 reached for CPU quota", StringComparison.Ordinal));
        await Site.Until(() => vms.All(vm => site.Vm(vm).Lcm is LcmState.Running), "a VM is still being resized");
        var hers = vms.Select(site.Vm).Where(vm => vm.Owner.User == Anna.User).Sum(vm => decimal.Parse(vm.Template["CPU"]!, CultureInfo.InvariantCulture));
        Assert.Equal((used, used), (hers, Used(site, QuotaHolder.User(Anna.User), "CPU")));
    }

    [Fact]
    public async Task What_a_change_under_way_will_cost_counts_from_its_answer_on_and_goes_with_the_VM_to_its_new_owner()
    {
        await using var site = await WithAnna();
        var vm = new VmId((await Create(site)).Id);
        await site.Reach(vm, LcmState.Running);
        var other = new Caller(new(3), new(100));
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Change(vm, new VmChange.ResizeDisk(0, 9), Anna))).Refusal);
        Assert.Equal(9, Used(site, QuotaHolder.User(Anna.User), "SYSTEM_DISK_SIZE"));
        Assert.Null((await site.Cloud.Vm(new VmProtocol.Chown(vm, other.User, null, Caller.Admin))).Refusal);
        Assert.Empty(site.Inventory.Usages.Of(QuotaHolder.User(Anna.User)));
        Assert.Equal((9, 9), (Used(site, QuotaHolder.User(other.User), "SYSTEM_DISK_SIZE"), Used(site, QuotaHolder.Group(Anna.Group), "SYSTEM_DISK_SIZE")));
        await site.Reach(vm, LcmState.Running);
        Assert.Equal(9, Used(site, QuotaHolder.User(other.User), "SYSTEM_DISK_SIZE"));
    }

    [Fact]
    public async Task An_image_counts_in_its_datastore_for_its_owner()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 2, "DATASTORE=[ID=1,SIZE=10,IMAGES=2]");
        Task<Answer> Image(string name, int size) => site.Cloud.Pool(new PoolProtocol.Allocate(PoolKind.Image, name, Anna, 0, Template.Empty,
            ImmutableSortedDictionary<string, string>.Empty.Add("DATASTORE_ID", "1").Add("SIZE", $"{size}")));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Image($"i{i}", 4))));
        Assert.Equal(2, answers.Count(a => a.Refusal is null));
        Assert.Contains(answers, a => a.Refusal?.Text == "User [2] : User [2] limit of 10 reached for SIZE quota in DATASTORE with ID: 1, 8 used and 4 asked.");
        var image = answers.First(a => a.Refusal is null).Id;
        var grown = await site.Cloud.Pool(new PoolProtocol.SetFacts(PoolKind.Image, image, ImmutableSortedDictionary<string, string>.Empty.Add("SIZE", "7")));
        Assert.Equal(ErrorCode.Authorization, grown.Refusal?.Code);
        Assert.Null((await site.Cloud.Pool(new PoolProtocol.Delete(PoolKind.Image, image))).Refusal);
        Assert.Null((await Image("again", 6)).Refusal);
    }

    [Fact]
    public async Task A_limit_on_a_cluster_lets_VMs_wait_until_there_is_room_in_it()
    {
        await using var site = await WithAnna();
        await Limit(site, PoolKind.User, 2, "VM=[CLUSTER_IDS=0,RUNNING_VMS=2]");
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Create(site))));
        var vms = made.Select(a => new VmId(a.Id)).ToList();
        int Running() => vms.Count(vm => site.Vm(vm).Phase == LcmState.Running);
        for (var left = vms.Count; left > 0; left -= 2)
        {
            await Site.Until(
                () => Running() == 2 && vms.All(vm => site.Vm(vm).State is not VmState.Pending
                    || site.Vm(vm).UserTemplate["SCHED_MESSAGE"]?.Contains("RUNNING_VMS quota in VM with ID: 0, 2 used", StringComparison.Ordinal) == true),
                () => string.Join(", ", vms.Select(vm => $"{site.Vm(vm).Phase} {site.Vm(vm).UserTemplate["SCHED_MESSAGE"]}")));
            foreach (var vm in vms.Where(vm => site.Vm(vm).Phase == LcmState.Running).ToList())
                await site.Act(vm, VmAction.TerminateHard);
        }
    }

    [Fact]
    public async Task After_a_restart_the_same_is_used()
    {
        await using var site = await WithAnna();
        var vm = new VmId((await Create(site)).Id);
        await site.Reach(vm, LcmState.Running);
        Assert.Null((await Create(site, hold: true)).Refusal);
        var used = site.Inventory.Usages.Of(QuotaHolder.User(Anna.User));
        await site.Down();
        await site.Up();
        Assert.Equal(used.OrderBy(u => u.Key.Metric), site.Inventory.Usages.Of(QuotaHolder.User(Anna.User)).OrderBy(u => u.Key.Metric));
        Assert.Equal(2, used[new(QuotaKind.Vm, QuotaKey.Everywhere, "VMS")]);
    }
}
