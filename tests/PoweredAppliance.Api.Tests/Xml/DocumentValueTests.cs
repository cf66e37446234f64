using System.Buffers;
using System.Text;
using System.Xml.Linq;
using CsCheck;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Tests.Xml;

/// <summary>What stands in the elements: derived from living VMs, nothing secret, and every text as it was.</summary>
public sealed class DocumentValueTests
{
    private const string Uses6 = "CPU=1 MEMORY=64 DISK=[DISK_ID=0,IMAGE_ID=6] NIC=[NIC_ID=0,NETWORK_ID=11,AR_ID=0,IP=10.0.0.3,MAC=02:00:0a:00:00:03]";

    /// <summary>Recorded from a running 7.4.0; DEPLOY_ID and TM_MAD are ours, and this template sets no OS.</summary>
    private const string RecordedVm =
        "<VM><ID>0</ID><UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME><NAME>x</NAME><PERMISSIONS><OWNER_U>1</OWNER_U><OWNER_M>1</OWNER_M>"
        + "<OWNER_A>0</OWNER_A><GROUP_U>0</GROUP_U><GROUP_M>0</GROUP_M><GROUP_A>0</GROUP_A><OTHER_U>0</OTHER_U><OTHER_M>0</OTHER_M><OTHER_A>0</OTHER_A></PERMISSIONS>"
        + "<LAST_POLL>0</LAST_POLL><STATE>3</STATE><LCM_STATE>3</LCM_STATE><PREV_STATE>3</PREV_STATE><PREV_LCM_STATE>3</PREV_LCM_STATE><RESCHED>0</RESCHED>"
        + "<STIME>1795501753</STIME><ETIME>0</ETIME><DEPLOY_ID>one-0</DEPLOY_ID><MONITORING></MONITORING><SCHED_ACTIONS></SCHED_ACTIONS><TEMPLATE>"
        + "<AUTOMATIC_REQUIREMENTS><![CDATA[!(PIN_POLICY = PINNED)]]></AUTOMATIC_REQUIREMENTS><CPU><![CDATA[1]]></CPU><MEMORY><![CDATA[64]]></MEMORY>"
        + "<TM_MAD_SYSTEM><![CDATA[qcow2]]></TM_MAD_SYSTEM><VMID><![CDATA[0]]></VMID></TEMPLATE><USER_TEMPLATE></USER_TEMPLATE><HISTORY_RECORDS><HISTORY><OID>0</OID>"
        + "<SEQ>0</SEQ><HOSTNAME>hh</HOSTNAME><HID>0</HID><CID>0</CID><STIME>1795501753</STIME><ETIME>0</ETIME><VM_MAD><![CDATA[kvm]]></VM_MAD>"
        + "<TM_MAD><![CDATA[qcow2]]></TM_MAD><DS_ID>0</DS_ID><PLAN_ID>-1</PLAN_ID><ACTION_ID>0</ACTION_ID><PSTIME>1795501753</PSTIME><PETIME>1795501753</PETIME>"
        + "<RSTIME>1795501753</RSTIME><RETIME>0</RETIME><ESTIME>0</ESTIME><EETIME>0</EETIME><ACTION>0</ACTION><UID>-1</UID><GID>-1</GID>"
        + "<REQUEST_ID>-1</REQUEST_ID></HISTORY></HISTORY_RECORDS><BACKUPS><BACKUP_CONFIG/><BACKUP_IDS></BACKUP_IDS></BACKUPS></VM>";

    private const string RecordedShortPool =
        "<VM_POOL><VM><ID>0</ID><UID>0</UID><GID>0</GID><UNAME>oneadmin</UNAME><GNAME>oneadmin</GNAME><NAME>x</NAME><LAST_POLL>0</LAST_POLL><STATE>3</STATE>"
        + "<LCM_STATE>3</LCM_STATE><RESCHED>0</RESCHED><STIME>1795501753</STIME><ETIME>0</ETIME><DEPLOY_ID>one-0</DEPLOY_ID><TEMPLATE><CPU>1</CPU><MEMORY>64</MEMORY>"
        + "<VCPU></VCPU></TEMPLATE><MONITORING/><USER_TEMPLATE/><HISTORY_RECORDS><HISTORY><OID>0</OID><SEQ>0</SEQ><HOSTNAME><![CDATA[hh]]></HOSTNAME><HID>0</HID>"
        + "<CID>0</CID><DS_ID>0</DS_ID><VM_MAD><![CDATA[kvm]]></VM_MAD><TM_MAD><![CDATA[qcow2]]></TM_MAD><ACTION><![CDATA[0]]></ACTION></HISTORY></HISTORY_RECORDS></VM>"
        + "</VM_POOL>";

    private static string Text(Document document)
    {
        var bytes = new ArrayBufferWriter<byte>();
        document.WriteTo(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    [Fact]
    public void A_VM_is_written_byte_for_byte_as_it_was_recorded()
    {
        var world = new World();
        var vm = world.Vm(0, "CPU=1 MEMORY=64 VMID=0 AUTOMATIC_REQUIREMENTS=\"!(PIN_POLICY = PINNED)\"");
        Assert.Equal(RecordedVm, Text(world.Documents.Vm(vm)));
        Assert.Equal(RecordedShortPool, Text(world.Documents.Vms([vm], extended: false)));
    }

    [Fact]
    public void A_VM_that_moves_is_written_on_the_host_it_goes_to_in_every_form()
    {
        var world = new World();
        var vm = world.Vm(0, Uses6);
        var to = vm.History[0].Host with { Host = new(1), Hostname = "other" };
        vm = vm with { Lcm = LcmState.Migrate, Moving = new(to, 2, MigrationWay.Live, LcmState.Running, 1795501760) { IsGranted = true } };
        var records = World.Read(world.Documents.Vm(vm)).Descendants("HISTORY").ToList();
        Assert.Equal(["hh 1795501753 0", "other 1795501760 0"], records.Select(r => $"{r.Element("HOSTNAME")!.Value} {r.Element("STIME")!.Value} {r.Element("ETIME")!.Value}"));
        Assert.Equal("other", World.Read(world.Documents.Vms([vm], extended: false)).Descendants("HOSTNAME").Single().Value);
        Assert.Equal("hh", World.Read(world.Documents.Accounting([(vm, vm.History[0])])).Elements("HISTORY").Single().Element("HOSTNAME")!.Value);
    }

    [Fact]
    public void An_image_and_a_network_say_who_of_the_living_uses_them()
    {
        var world = new World();
        world.Vm(3, Uses6);
        world.Vm(4, Uses6, VmState.Done);
        var image = World.Read(world.Documents.Of(world.Of(PoolKind.Image, 6)));
        Assert.Equal(("2", "1", "3"), (image.Element("STATE")!.Value, image.Element("RUNNING_VMS")!.Value, image.Element("VMS")!.Value));
        var network = World.Read(world.Documents.Of(world.Of(PoolKind.VirtualNetwork, 11)));
        Assert.Equal("1", network.Element("USED_LEASES")!.Value);
        var lease = network.Descendants("LEASE").Single();
        Assert.Equal(("10.0.0.3", "02:00:0a:00:00:03", "3"), (lease.Element("IP")!.Value, lease.Element("MAC")!.Value, lease.Element("VM")!.Value));
        Assert.Empty(World.Read(world.Documents.Pool(PoolKind.VirtualNetwork, [world.Of(PoolKind.VirtualNetwork, 11)])).Descendants("LEASES"));
    }

    [Fact]
    public void No_secret_is_in_any_document_of_people()
    {
        var world = new World();
        var text = Text(world.Documents.Of(world.Of(PoolKind.User, 2))) + Text(world.Documents.Pool(PoolKind.User, world.Inventory.All(PoolKind.User).Values));
        Assert.DoesNotContain("the-hash", text, StringComparison.Ordinal);
        Assert.Contains("<PASSWORD><![CDATA[]]></PASSWORD>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Quotas_show_what_the_living_VMs_of_a_user_take_and_of_them_the_running_ones()
    {
        var (world, anna) = (new World(), new Caller(new(2), new(1)));
        world.Vm(0);
        world.Vm(1, "CPU=0.5 MEMORY=64 DISK=[SIZE=10,TYPE=FS]", owner: anna);
        world.Vm(2, "CPU=2 MEMORY=100", VmState.Poweroff, owner: anna);
        world.Vm(3, "CPU=2 MEMORY=100", VmState.Done, owner: anna);
        foreach (var document in (Document[])[world.Documents.Of(world.Of(PoolKind.User, 2)), world.Documents.Of(world.Of(PoolKind.Group, 1))])
        {
            var quota = World.Read(document).Element("VM_QUOTA")!.Element("VM")!;
            Assert.Equal(
                ["2", "2.5", "164", "10", "1", "0.5", "64", "-1"],
                new[] { "VMS_USED", "CPU_USED", "MEMORY_USED", "SYSTEM_DISK_SIZE_USED", "RUNNING_VMS_USED", "RUNNING_CPU_USED", "RUNNING_MEMORY_USED", "VMS" }
                    .Select(name => quota.Element(name)!.Value));
        }

        Assert.False(World.Read(world.Documents.Of(world.Of(PoolKind.User, 0))).Element("VM_QUOTA")!.HasElements);
    }

    [Fact]
    public void What_was_not_measured_is_left_out_and_what_was_is_exact()
    {
        var world = new World();
        var vm = world.Vm(0);
        Assert.False(World.Read(world.Documents.Vm(vm)).Element("MONITORING")!.HasElements);
        world.Measure(0);
        var monitoring = World.Read(world.Documents.Vm(vm)).Element("MONITORING")!;
        Assert.Equal(("12.5", "1024", $"{ulong.MaxValue}"), (monitoring.Element("CPU")!.Value, monitoring.Element("MEMORY")!.Value, monitoring.Element("DISKWRIOPS")!.Value));
        Assert.False(World.Read(world.Documents.Of(world.Of(PoolKind.Host, 0))).Element("MONITORING")!.HasElements);
    }

    [Fact]
    public void A_silent_host_says_why_and_its_wild_VMs_can_be_imported()
    {
        var world = new World();
        world.Hear("no answer: ]]> \u0002 bytes", new DomainReading(null, 0, "stray", Guid.Empty, DomainPower.Running, "", 2, 512));
        var template = World.Read(world.Documents.Of(world.Of(PoolKind.Host, 0))).Element("TEMPLATE")!;
        Assert.Equal("no answer: ]] > \uFFFD bytes", template.Element("ERROR")!.Value);
        Assert.Equal("stray", template.Element("WILDS")!.Value);
        var import = Template.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(template.Element("VM")!.Element("IMPORT_TEMPLATE")!.Value)));
        Assert.Equal(("stray", "2", "512"), (import["NAME"], import["VCPU"], import["MEMORY"]));
    }

    [Fact]
    public void The_rules_of_the_ACL_are_listed_by_whom_and_then_by_id() => Assert.Equal(
        ["0", "3", "4", "5", "1", "2"], World.Read(new World().Documents.Acl()).Elements().Select(a => a.Element("ID")!.Value));

    [Fact]
    public void Every_text_comes_out_of_an_XML_reader_as_it_went_in() => Gen.String[Gen.Char, 0, 300].Sample(text =>
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var to = new DocumentWriter(bytes))
        {
            to.Open("A");
            to.Text("T", text);
            to.CData("C", text);
            to.Close("A");
        }

        var read = XElement.Parse(Encoding.UTF8.GetString(bytes.WrittenSpan), LoadOptions.PreserveWhitespace);
        var expected = Carried(text);
        Assert.Equal(expected, read.Element("T")!.Value);
        Assert.Equal(expected, read.Element("C")!.Value);
    });

    [Theory]
    [InlineData("]]>")]
    [InlineData("a]]]>b]]")]
    [InlineData("\r\n\r")]
    [InlineData("<a>&amp;</a>")]
    public void Markup_in_a_text_is_text(string text) => Assert.Equal(text, Once(text));

    [Fact]
    public void A_text_longer_than_any_buffer_keeps_its_pairs_together()
    {
        var text = string.Concat(Enumerable.Repeat("a\U0001F600", 20_000));
        Assert.Equal(text, Once(text));
        Assert.Equal("b" + text, Once("b" + text));
    }

    private static string Once(string text)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var to = new DocumentWriter(bytes))
            to.CData("C", text);
        return XElement.Parse(Encoding.UTF8.GetString(bytes.WrittenSpan), LoadOptions.PreserveWhitespace).Value;
    }

    /// <summary>XML 1.0 has no control characters, no lone surrogates, no U+FFFE and U+FFFF.</summary>
    private static string Carried(string text) => string.Concat(text.EnumerateRunes().Select(r =>
        r.Value is (>= 0x20 or '\t' or '\n' or '\r') and not (0xFFFE or 0xFFFF) ? r.ToString() : "\uFFFD"));
}
