using System.Globalization;
using System.Xml.Linq;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>Quotas over the wire: what is let through, what is said, what is shown.</summary>
public sealed class QuotaTests(Appliance appliance)
{
    private const string Small = "CPU=0.5 MEMORY=16 SUBMIT_ON_HOLD=YES DISK=[TYPE=fs,SIZE=2]";
    private const int Clients = 64, Most = 10;

    private Caller One => appliance.One;

    private async Task<(int User, int Group, Caller Who)> Somebody(string name)
    {
        var group = await One.Call("one.group.allocate", $"{name}s");
        Assert.True(group.Ok, $"{group}");
        var user = await One.Call("one.user.allocate", name, "secret", "", new[] { group.Id, 1 });
        Assert.True(user.Ok, $"{user}");
        // By a token, which costs no hash.
        var token = await One.Call("one.user.login", name, "", 3600, -1);
        Assert.True(token.Ok, $"{token}");
        return (user.Id, group.Id, One.As($"{name}:{token.Value}"));
    }

    private async Task Gone(int user, int group)
    {
        Assert.True((await One.Call("one.user.delete", user)).Ok);
        Assert.True((await One.Call("one.group.delete", group)).Ok);
    }

    private async Task<XElement> Used(string method, int id) => (await One.Call(method, id)).Document;

    private static decimal Number(XElement document, string kind, string name) => document.Element(kind)!.Elements().FirstOrDefault()?.Element(name) is { } element
        ? decimal.Parse(element.Value, CultureInfo.InvariantCulture)
        : 0;

    [Fact]
    public async Task Of_64_clients_at_once_exactly_as_many_as_the_limit_get_a_VM_and_use_is_never_negative()
    {
        var (user, group, who) = await Somebody("crowd");
        Assert.True((await One.Call("one.user.quota", user, $"VM=[VMS={Most}]")).Ok);
        using var over = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            var seen = new List<decimal>();
            while (!over.IsCancellationRequested)
                seen.Add(Number(await Used("one.user.info", user), "VM_QUOTA", "VMS_USED"));
            return seen;
        });

        try
        {
            for (var round = 0; round < 3; round++)
            {
                var replies = await Task.WhenAll(Enumerable.Range(0, Clients).Select(i => Task.Run(() => who.Call("one.vm.allocate", $"NAME=c{i} {Small}", false))));
                var made = replies.Where(r => r.Ok).Select(r => r.Id).ToList();
                Assert.Equal(Most, made.Count);
                Assert.All(replies.Where(r => !r.Ok), r => Assert.Equal(
                    (512, $"[one.vm.allocate] User [{user}] : User [{user}] limit of {Most} reached for VMS quota in VM, {Most} used and 1 asked."), (r.Code, r.Value)));
                Assert.Equal(Most, Number(await Used("one.group.info", group), "VM_QUOTA", "VMS_USED"));
                await Task.WhenAll(made.Select(vm => who.Call("one.vm.action", "terminate", vm)));
                Assert.Equal(0, Number(await Used("one.user.info", user), "VM_QUOTA", "VMS_USED"));
            }
        }
        finally
        {
            await over.CancelAsync();
        }

        Assert.All(await watching, seen => Assert.InRange(seen, 0, Most));
        Assert.False((await Used("one.group.info", group)).Element("VM_QUOTA")!.HasElements);
        await Gone(user, group);
    }

    [Fact]
    public async Task Limits_and_use_stand_in_the_documents_as_OpenNebula_writes_them()
    {
        var (user, group, who) = await Somebody("shown");
        Assert.True((await One.Call("one.user.quota", user, $"VM=[VMS=3,CPU=1.5] VM=[CLUSTER_IDS=\"0\",RUNNING_VMS=1] IMAGE=[ID={appliance.Image},RVMS=2]")).Ok);
        Assert.True((await One.Call("one.group.quota", group, $"<TEMPLATE><NETWORK><ID>{appliance.Network}</ID><LEASES>1</LEASES></NETWORK></TEMPLATE>")).Ok);
        var vm = await who.Call("one.vm.allocate", $"NAME=shown {Small}", false);
        Assert.True(vm.Ok, $"{vm}");
        var everywhere = (await Used("one.user.info", user)).Element("VM_QUOTA")!.Elements("VM").First();
        Assert.Equal(
            [
                "CPU 1.5", "CPU_USED 0.5", "MEMORY -1", "MEMORY_USED 16", "PCI_DEV -1", "PCI_DEV_USED 0", "PCI_NIC -1", "PCI_NIC_USED 0", "RUNNING_CPU -1",
                "RUNNING_CPU_USED 0.5", "RUNNING_MEMORY -1", "RUNNING_MEMORY_USED 16", "RUNNING_PCI_DEV -1", "RUNNING_PCI_DEV_USED 0", "RUNNING_PCI_NIC -1",
                "RUNNING_PCI_NIC_USED 0", "RUNNING_VMS -1", "RUNNING_VMS_USED 1", "SYSTEM_DISK_SIZE -1", "SYSTEM_DISK_SIZE_USED 2", "VMS 3", "VMS_USED 1",
            ], everywhere.Elements().Select(e => $"{e.Name} {e.Value}"));
        var cluster = (await Used("one.user.info", user)).Element("VM_QUOTA")!.Elements("VM").Last();
        Assert.Equal(("0", "1", "-2"), (cluster.Element("CLUSTER_IDS")!.Value, cluster.Element("RUNNING_VMS")!.Value, cluster.Element("VMS")!.Value));
        Assert.Equal([$"ID {appliance.Image}", "RVMS 2", "RVMS_USED 0"], (await Used("one.user.info", user)).Element("IMAGE_QUOTA")!.Element("IMAGE")!.Elements().Select(e => $"{e.Name} {e.Value}"));
        var ofPool = (await One.Call("one.userpool.info")).Document.Elements("QUOTAS").Single(q => q.Element("ID")!.Value == $"{user}");
        Assert.Equal("3", ofPool.Element("VM_QUOTA")!.Element("VM")!.Element("VMS")!.Value);
        Assert.Equal("1", (await Used("one.group.info", group)).Element("NETWORK_QUOTA")!.Element("NETWORK")!.Element("LEASES")!.Value);
        Assert.True((await who.Call("one.vm.action", "terminate", vm.Id)).Ok);
        await Gone(user, group);
    }

    [Fact]
    public async Task Each_kind_of_limit_holds()
    {
        var (user, group, who) = await Somebody("kinds");
        foreach (var (quota, template, says) in new[]
        {
            ("VM=[CPU=0.4]", Small, "limit of 0.4 reached for CPU quota in VM, 0 used and 0.5 asked."),
            ("VM=[RUNNING_MEMORY=15]", Small, "limit of 15 reached for RUNNING_MEMORY quota in VM"),
            ("VM=[SYSTEM_DISK_SIZE=1]", Small, "limit of 1 reached for SYSTEM_DISK_SIZE quota in VM"),
            ($"NETWORK=[ID={appliance.Network},LEASES=0]", $"{Small} NIC=[NETWORK_ID={appliance.Network}]", $"limit of 0 reached for LEASES quota in NETWORK with ID: {appliance.Network}"),
            ($"IMAGE=[ID={appliance.Image},RVMS=0]", $"{Small} DISK=[IMAGE_ID={appliance.Image}]", $"limit of 0 reached for RVMS quota in IMAGE with ID: {appliance.Image}"),
        })
        {
            Assert.True((await One.Call("one.group.quota", group, quota)).Ok);
            Assert.True((await One.Call("one.image.chmod", appliance.Image, -1, -1, -1, -1, -1, -1, 1, -1, -1)).Ok);
            var reply = await who.Call("one.vm.allocate", template, false);
            Assert.Equal(512, reply.Code);
            Assert.StartsWith($"[one.vm.allocate] User [{user}] : Group [{group}] {says}", reply.Value, StringComparison.Ordinal);
            Assert.True((await One.Call("one.group.quota", group, quota.Replace("LEASES=0", "LEASES=-1", StringComparison.Ordinal).Replace("RVMS=0", "RVMS=-1", StringComparison.Ordinal))).Ok);
            Assert.True((await One.Call("one.group.quota", group, "VM=[]")).Ok);
        }

        Assert.True((await One.Call("one.user.quota", user, "DATASTORE=[ID=1,SIZE=9,IMAGES=1]")).Ok);
        Assert.Contains("limit of 9 reached for SIZE quota in DATASTORE with ID: 1", (await who.Call("one.image.allocate", "NAME=big TYPE=DATABLOCK SIZE=10 FORMAT=raw", 1)).Value, StringComparison.Ordinal);
        var image = await who.Call("one.image.allocate", "NAME=fits TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1);
        Assert.True(image.Ok, $"{image}");
        Assert.Contains("limit of 1 reached for IMAGES quota", (await who.Call("one.image.allocate", "NAME=second TYPE=DATABLOCK SIZE=4 FORMAT=raw", 1)).Value, StringComparison.Ordinal);
        await Until.True(async () => (await One.Call("one.image.info", image.Id)).Document.Element("STATE")!.Value == "1");
        Assert.True((await One.Call("one.image.delete", image.Id)).Ok);
        await Gone(user, group);
    }

    [Fact]
    public async Task Defaults_hold_for_whoever_has_no_limit_of_his_own_and_only_oneadmins_group_sets_them()
    {
        var (user, group, who) = await Somebody("dflt");
        Assert.Equal(512, (await who.Call("one.groupquota.update", "VM=[VMS=0]")).Code);
        var network = "NETWORK=[ID=4711,LEASES=3]";
        var set = await One.Call("one.groupquota.update", network);
        Assert.Equal(("DEFAULT_GROUP_QUOTAS", "3"), (set.Document.Name.LocalName, set.Document.Element("NETWORK_QUOTA")!.Element("NETWORK")!.Element("LEASES")!.Value));
        Assert.Equal("3", (await One.Call("one.groupquota.info")).Document.Descendants("LEASES").Single().Value);
        Assert.Equal("3", (await Used("one.group.info", group)).Element("DEFAULT_GROUP_QUOTAS")!.Descendants("LEASES").Single().Value);
        Assert.True((await One.Call("one.groupquota.update", "NETWORK=[ID=4711]")).Ok);
        Assert.Empty((await One.Call("one.groupquota.info")).Document.Descendants("LEASES"));
        Assert.Equal((2048, "[one.user.quota] Cannot set quotas for oneadmin user"), await One.Call("one.user.quota", 0, "VM=[VMS=1]") is var reply ? (reply.Code, reply.Value) : default);
        Assert.Equal(512, (await who.Call("one.user.quota", user, "VM=[VMS=-2]")).Code);
        Assert.Equal(2048, (await One.Call("one.user.quota", user, "VM=[VMS=-7]")).Code);
        await Gone(user, group);
    }
}
