using System.Collections.Immutable;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Networks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Core.Tests.Vms;

public sealed class AssemblyTests
{
    private const string Small = "CPU=1\nMEMORY=128\n";

    private static readonly PooledObject Image = Thing(
        PoolKind.Image, 4, "tiny", "", ("STATE", "1"), ("TYPE", "0"), ("SIZE", "30"), ("FORMAT", "qcow2"), ("SOURCE", "/i/4"), ("VOLUME", "v4"));

    private static readonly PooledObject Net = Thing(
        PoolKind.VirtualNetwork, 6, "lan", "GATEWAY=10.0.0.1\nDNS=10.0.0.2\nNETWORK_MASK=255.0.0.0\nGUEST_MTU=1400\nMTU=9000", ("BRIDGE", "br0"));

    private static PooledObject Thing(PoolKind kind, int id, string name, string template, params (string Name, string Value)[] facts) => new(
        kind, id, name, Caller.Admin, 384, 0, Template.Parse(template), facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value));

    private static (Assembly? Made, Refusal? Why) Plan(string text, PooledObject? image = null) => Assembly.Plan(
        Template.Parse(Small + text),
        (kind, id, name, _) => new[] { image ?? Image, Net }.FirstOrDefault(o => o.Kind == kind && (id == $"{o.Id}" || name == o.Name)) is { } found
            ? (found, null)
            : (null, Refusal.NotFound(ObjectPool.Word(kind), -1)));

    private static (Template Template, Template User) Make(string text, PooledObject? image = null)
    {
        var (made, why) = Plan(text, image);
        Assert.Null(why);
        return made!.Finish(Sample.Vm, "web", new("11111111-2222-3333-4444-555555555555"),
            [.. made.Nics.Select((_, i) => new Lease(new AddressRange(0, "IP4", 0x0200_0a00_0005, 0x0a00_0005, 4), i))], "!(PIN_POLICY = PINNED)");
    }

    private static VmSpec Spec(string text, PooledObject? image = null) =>
        Specification.Of(Sample.New() with { Template = Make(text, image).Template, GraphicsPort = 5907 });

    [Theory]
    [InlineData("CPU=0", "CPU", "0")]
    [InlineData("CPU=\"1,5\"", "CPU", "1,5")]
    [InlineData("CPU=1000000000", "CPU", "1000000000")]
    [InlineData("MEMORY=-1", "MEMORY", "-1")]
    [InlineData("MEMORY=1.5", "MEMORY", "1.5")]
    [InlineData("MEMORY=lots", "MEMORY", "lots")]
    [InlineData("VCPU=0", "VCPU", "0")]
    [InlineData("DISK=[SIZE=0]", "DISK/0/SIZE", "0")]
    [InlineData("DISK=[SIZE=99999999999999999999]", "DISK/0/SIZE", "99999999999999999999")]
    [InlineData("DISK=[IMAGE=tiny]\nDISK=[IMAGE=tiny, SIZE=big]", "DISK/1/SIZE", "big")]
    [InlineData("DISK=[IMAGE=tiny, SIZE=29]", "DISK/0/SIZE", "29")]
    [InlineData("DISK=[SIZE=1, TARGET=vda]\nDISK=[SIZE=1, TARGET=vda]", "DISK/1/TARGET", "vda")]
    [InlineData("DISK=[FORMAT=raw]", "DISK/0/SIZE", null)]
    [InlineData("NIC=[MODEL=e1000]", "NIC/0", null)]
    public void What_is_wrong_is_refused_with_its_field_and_value(string text, string field, string? value)
    {
        var (made, why) = Assembly.Plan(Template.Parse(Small).Merge(Template.Parse(text)), (_, _, _, _) => (Image, null));
        Assert.Null(made);
        Assert.Equal((field, value), (why?.Field, why?.Value));
        Assert.NotEmpty(why!.Text);
    }

    [Fact]
    public void An_image_that_is_missing_or_not_ready_is_refused()
    {
        Assert.Equal(ErrorCode.NoExists, Plan("DISK=[IMAGE_ID=9]").Why?.Code);
        Assert.Equal(ErrorCode.NoExists, Plan("NIC=[NETWORK=wan]").Why?.Code);
        Assert.Equal("Image 4 (tiny) is not ready to be used (state 5).", Plan("DISK=[IMAGE_ID=4]", Image.With("STATE", "5")).Why?.Text);
    }

    [Fact]
    public void Disks_of_every_kind_get_their_targets_and_buses()
    {
        var spec = Spec("DISK=[IMAGE=tiny, SIZE=100]\nDISK=[SIZE=5, TARGET=vda]\nDISK=[SIZE=6, TYPE=swap, DEV_PREFIX=sd, FORMAT=raw]");
        Assert.Equal(
            ["0 Overlay vdb virtio qcow2 100 /i/4 v4", "1 Volatile vda virtio qcow2 5  ", "2 Swap sda scsi raw 6  "],
            spec.Disks.Select(d => $"{d.Id} {d.Kind} {d.Target} {d.Bus} {d.Format} {d.SizeMebibytes} {d.Source} {d.ImageVolume}"));
        Assert.Equal(DiskKind.Persistent, Spec("DISK=[IMAGE_ID=4]", Image.With("PERSISTENT", "1")).Disks[0].Kind);
        var cdrom = Spec("DISK=[IMAGE_ID=4]", Image.With("TYPE", "1")).Disks[0];
        Assert.Equal((DiskKind.Cdrom, "hda", "sata", true), (cdrom.Kind, cdrom.Target, cdrom.Bus, cdrom.ReadOnly));
    }

    [Fact]
    public void Room_counts_cpu_in_percent_memory_in_KiB_and_no_CDs()
    {
        var cd = Make("DISK=[IMAGE=tiny]\nDISK=[SIZE=7]", Image.With("TYPE", "1")).Template;
        Assert.Equal(new(100, 128 * 1024, 7), Specification.Room(cd));
        Assert.Equal(13, Specification.Room(Template.Parse("CPU=0.121")).CpuPercent);
    }

    [Fact]
    public void A_NIC_has_its_lease_and_what_its_network_says()
    {
        var nic = Make("NIC=[NETWORK=lan, DNS=9.9.9.9]").Template.Vector("NIC")!;
        Assert.Equal(
            ["0", "NIC0", "6", "lan", "02:00:0a:00:00:05", "10.0.0.5", "br0", "10.0.0.1", "9.9.9.9", "0"],
            new[] { "NIC_ID", "NAME", "NETWORK_ID", "NETWORK", "MAC", "IP", "BRIDGE", "GATEWAY", "DNS", "SECURITY_GROUPS" }.Select(k => nic[k]!));
    }

    [Fact]
    public void CONTEXT_has_the_variables_of_every_NIC_and_its_own_come_first()
    {
        var spec = Spec("NIC=[NETWORK=lan]\nNIC=[NETWORK=lan]\nCONTEXT=[NETWORK=YES, ETH1_GATEWAY=10.9.9.9]\nDISK=[SIZE=1]");
        Assert.Equal(
            "ETH0_DNS=10.0.0.2 ETH0_GATEWAY=10.0.0.1 ETH0_IP=10.0.0.5 ETH0_MAC=02:00:0a:00:00:05 ETH0_MASK=255.0.0.0 ETH0_MTU=1400 "
            + "ETH1_DNS=10.0.0.2 ETH1_GATEWAY=10.9.9.9 ETH1_IP=10.0.0.6 ETH1_MAC=02:00:0a:00:00:06 ETH1_MASK=255.0.0.0 ETH1_MTU=1400 NETWORK=YES",
            string.Join(' ', spec.Context!.Select(p => $"{p.Key}={p.Value}")));
        Assert.Equal("hda", spec.ContextTarget);
        Assert.Null(Spec("").Context);
    }

    [Theory]
    [InlineData("$NAME", "web")]
    [InlineData("vm-$VMID.", "vm-7.")]
    [InlineData("$MEMORY/$memory", "128/128")]
    [InlineData("$NIC[IP]", "10.0.0.5")]
    [InlineData("$NIC[MAC, NETWORK=\\\"lan\\\"]", "02:00:0a:00:00:05")]
    [InlineData("$OS[ARCH]", "x86_64")]
    [InlineData("<$NOTHING$OS[NONE]>", "<>")]
    [InlineData("5$ $1", "5$ $1")]
    public void Names_in_CONTEXT_become_their_values(string written, string read) => Assert.Equal(
        read, Spec($"OS=[ARCH=x86_64]\nNIC=[NETWORK=lan]\nCONTEXT=[A=\"{written}\"]").Context!["A"]);

    [Fact]
    public void What_the_core_does_not_know_is_the_users_and_its_own_words_are_not_taken_from_him()
    {
        var (template, user) = Make("COLOR=red\nVMID=1\nAUTOMATIC_REQUIREMENTS=none\nNAME=x\nGRAPHICS=[TYPE=VNC]");
        Assert.Equal(Template.Parse("COLOR=red"), user);
        Assert.Equal("7", template["VMID"]);
        Assert.Equal("11111111-2222-3333-4444-555555555555", template.Vector("OS")?["UUID"]);
        Assert.Equal(new GraphicsSpec("vnc", "127.0.0.1", 5907, null, null), Spec("GRAPHICS=[TYPE=VNC]").Graphics);
    }
}
