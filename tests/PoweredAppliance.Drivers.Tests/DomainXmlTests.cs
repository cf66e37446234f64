using System.Collections.Immutable;
using System.Xml.Linq;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;

namespace PoweredAppliance.Drivers.Tests;

public sealed class DomainXmlTests
{
    private static readonly DomainPlace Place = new(Specs.Deployment, 3, "/ds/0", "/ds/1", UseKvm: false);

    private static XElement Xml(VmSpec spec, DomainPlace? place = null) => XElement.Parse(DomainXml.Of(spec, place ?? Place));

    private static string? At(XElement root, string path)
    {
        var element = root;
        foreach (var step in path.Split('/'))
        {
            if (step.StartsWith('@'))
                return element?.Attribute(step[1..])?.Value;
            element = element?.Element(step);
        }
        return element?.Value;
    }

    private static XElement Disk(XElement domain, string target) =>
        domain.Element("devices")!.Elements("disk").Single(d => At(d, "target/@dev") == target);

    [Fact]
    public void A_domain_carries_the_vms_name_uuid_and_capacity()
    {
        var xml = Xml(Specs.Vm(7) with { Name = "web 1", Vcpu = 2, CpuPercent = 50, MemoryMebibytes = 96 });
        Assert.Equal("one-7", At(xml, "name"));
        Assert.Equal("web 1", At(xml, "title"));
        Assert.Equal(Specs.Uuid(7), Guid.Parse(At(xml, "uuid")!));
        Assert.Equal(("96", "MiB", "2", "512"), (At(xml, "memory"), At(xml, "memory/@unit"), At(xml, "vcpu"), At(xml, "cputune/shares")));
    }

    [Fact]
    public void What_a_guest_may_get_while_it_runs_is_there_from_its_start()
    {
        var xml = Xml(Specs.Vm(7) with { Vcpu = 2, VcpuMax = 8, MemoryMebibytes = 96, MemoryMaxMebibytes = 512 });
        Assert.Equal(("512", "96", "8", "2"), (At(xml, "memory"), At(xml, "currentMemory"), At(xml, "vcpu"), At(xml, "vcpu/@current")));
        var plain = Xml(Specs.Vm(7) with { Vcpu = 2, VcpuMax = 2, MemoryMebibytes = 96, MemoryMaxMebibytes = 96 });
        Assert.Equal(("96", null, "2", null), (At(plain, "memory"), At(plain, "currentMemory"), At(plain, "vcpu"), At(plain, "vcpu/@current")));
    }

    [Theory]
    [InlineData(1, 10)]
    [InlineData(100, 1024)]
    [InlineData(250, 2560)]
    [InlineData(1_000_000, 10_000)]
    public void Cpu_shares_are_1024_a_core_within_what_every_host_takes(int cpuPercent, int shares) =>
        Assert.Equal(shares.ToString(), At(Xml(Specs.Vm(1) with { CpuPercent = cpuPercent }), "cputune/shares"));

    [Fact]
    public void A_host_without_a_cpu_control_group_is_asked_for_no_shares() =>
        Assert.Null(Xml(Specs.Vm(1), Place with { CpuShares = false }).Element("cputune"));

    [Fact]
    public void An_emulated_guest_gets_a_plain_cpu_and_an_accelerated_one_the_hosts()
    {
        var emulated = Xml(Specs.Vm(1));
        Assert.Equal(("qemu", "custom", "none", "qemu64"), (At(emulated, "@type"), At(emulated, "cpu/@mode"), At(emulated, "cpu/@check"), At(emulated, "cpu/model")));
        var accelerated = Xml(Specs.Vm(1), Place with { UseKvm = true });
        Assert.Equal(("kvm", "host-model"), (At(accelerated, "@type"), At(accelerated, "cpu/@mode")));
        Assert.Equal("qemu64", At(Xml(Specs.Vm(1) with { CpuModel = "host-passthrough" }), "cpu/model"));
        Assert.Equal("Skylake-Server", At(Xml(Specs.Vm(1) with { CpuModel = "Skylake-Server" }, Place with { UseKvm = true }), "cpu/model"));
    }

    [Fact]
    public void Direct_boot_names_kernel_initrd_and_command_line()
    {
        var xml = Xml(Specs.Vm(1) with { Os = Specs.Os with { Kernel = "/k", Initrd = "/i", KernelCommand = "console=ttyS0 quiet", Root = "vda1" } });
        Assert.Equal(("/k", "/i", "root=/dev/vda1 console=ttyS0 quiet"), (At(xml, "os/kernel"), At(xml, "os/initrd"), At(xml, "os/cmdline")));
    }

    [Fact]
    public void The_machine_is_q35_with_spare_root_ports_unless_the_template_names_another()
    {
        var q35 = Xml(Specs.Vm(1));
        Assert.Equal("q35", At(q35, "os/type/@machine"));
        Assert.Contains(q35.Descendants("controller"), c => (string?)c.Attribute("model") == "pcie-root-port");
        Assert.DoesNotContain(Xml(Specs.Vm(1) with { Os = Specs.Os with { Machine = "pc" } }).Descendants("controller"), c => (string?)c.Attribute("type") == "pci");
    }

    [Fact]
    public void Firmware_is_bios_uefi_or_a_path()
    {
        Assert.Null(At(Xml(Specs.Vm(1)), "os/@firmware"));
        var uefi = Xml(Specs.Vm(1) with { Os = Specs.Os with { Firmware = "UEFI" } });
        Assert.Equal(("efi", "no"), (At(uefi, "os/@firmware"), At(uefi, "os/loader/@secure")));
        Assert.Equal("/usr/share/OVMF/X.fd", At(Xml(Specs.Vm(1) with { Os = Specs.Os with { Firmware = "/usr/share/OVMF/X.fd" } }), "os/loader"));
    }

    [Fact]
    public void Boot_order_numbers_the_devices_it_names()
    {
        var xml = Xml(Specs.Vm(1) with
        {
            Os = Specs.Os with { BootOrder = ["nic0", "disk1"] },
            Disks = [Specs.Overlay(0, "vda"), Specs.Volatile(1, "vdb")],
            Nics = [Specs.Nic(0)],
        });
        Assert.Null(At(Disk(xml, "vda"), "boot/@order"));
        Assert.Equal("2", At(Disk(xml, "vdb"), "boot/@order"));
        Assert.Equal("1", At(xml, "devices/interface/boot/@order"));
        var why = Assert.Throws<DomainSpecException>(() => Xml(Specs.Vm(1) with { Os = Specs.Os with { BootOrder = ["floppy"] } }));
        Assert.Contains("'floppy'", why.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_kind_of_disk_has_its_file_and_format()
    {
        var xml = Xml(Specs.Vm(7) with
        {
            Disks =
            [
                Specs.Overlay(0, "vda") with { Format = "raw", Cache = "none" },
                Specs.Overlay(1, "vdb") with { Kind = DiskKind.Persistent, ImageVolume = "db.qcow2" },
                Specs.Volatile(2, "sda") with { Bus = "scsi", ReadOnly = true },
                Specs.Overlay(3, "sdb") with { Kind = DiskKind.Cdrom, Bus = "sata", ImageVolume = "cd.iso", Format = "raw" },
            ],
        });
        Assert.Equal(("/ds/0/one-7-disk-0", "qcow2", "none", "virtio"),
            (At(Disk(xml, "vda"), "source/@file"), At(Disk(xml, "vda"), "driver/@type"), At(Disk(xml, "vda"), "driver/@cache"), At(Disk(xml, "vda"), "target/@bus")));
        Assert.Equal(("/ds/1/db.qcow2", "qcow2"), (At(Disk(xml, "vdb"), "source/@file"), At(Disk(xml, "vdb"), "driver/@type")));
        Assert.Equal(("/ds/0/one-7-disk-2", "raw"), (At(Disk(xml, "sda"), "source/@file"), At(Disk(xml, "sda"), "driver/@type")));
        Assert.NotNull(Disk(xml, "sda").Element("readonly"));
        Assert.Equal(("/ds/1/cd.iso", "cdrom", "sata"), (At(Disk(xml, "sdb"), "source/@file"), At(Disk(xml, "sdb"), "@device"), At(Disk(xml, "sdb"), "target/@bus")));
        Assert.Contains(xml.Descendants("controller"), c => (string?)c.Attribute("model") == "virtio-scsi");
    }

    [Fact]
    public void A_machine_without_ide_gets_sata_under_a_free_name()
    {
        var xml = Xml(Specs.Vm(1) with
        {
            Disks = [Specs.Volatile(0, "hda") with { Bus = "ide" }, Specs.Volatile(1, "sda") with { Bus = "sata" }],
            Context = Specs.Context,
            ContextTarget = "hdb",
        });
        Assert.Equal("/ds/0/one-1-disk-1", At(Disk(xml, "sda"), "source/@file"));
        Assert.Equal(("/ds/0/one-1-disk-0", "sata"), (At(Disk(xml, "sdb"), "source/@file"), At(Disk(xml, "sdb"), "target/@bus")));
        Assert.Equal(("/ds/0/one-1-context.iso", "scsi"), (At(Disk(xml, "sdc"), "source/@file"), At(Disk(xml, "sdc"), "target/@bus")));
    }

    [Fact]
    public void Context_is_a_cdrom_on_a_bus_that_every_cloud_kernel_knows()
    {
        var q35 = Xml(Specs.Vm(1) with { Context = Specs.Context, Disks = [Specs.Overlay(0, "vda")] });
        Assert.Equal(("cdrom", "scsi", "raw"), (At(Disk(q35, "sda"), "@device"), At(Disk(q35, "sda"), "target/@bus"), At(Disk(q35, "sda"), "driver/@type")));
        Assert.Contains(q35.Descendants("controller"), c => (string?)c.Attribute("model") == "virtio-scsi");
        var sata = Xml(Specs.Vm(1) with { Context = Specs.Context, ContextTarget = "sdb" });
        Assert.Equal("sata", At(Disk(sata, "sdb"), "target/@bus"));
        var pc = Xml(Specs.Vm(1) with { Context = Specs.Context, Os = Specs.Os with { Machine = "pc" }, ContextTarget = "hda" });
        Assert.Equal(("cdrom", "ide"), (At(Disk(pc, "hda"), "@device"), At(Disk(pc, "hda"), "target/@bus")));
        var virtio = Xml(Specs.Vm(1) with { Context = Specs.Context, ContextTarget = "vdb" });
        Assert.Equal("disk", At(Disk(virtio, "vdb"), "@device"));
        Assert.Empty(Xml(Specs.Vm(1)).Descendants("disk"));
    }

    [Theory]
    [InlineData("vda", "vda", "two disks have the target vda")]
    [InlineData("vda", "nvme0", "'nvme0' is no disk target")]
    public void Targets_that_cannot_be_are_refused(string first, string second, string says) =>
        Assert.StartsWith(says, Assert.Throws<DomainSpecException>(() => Xml(Specs.Vm(1) with { Disks = [Specs.Volatile(0, first), Specs.Volatile(1, second)] })).Message, StringComparison.Ordinal);

    [Fact]
    public void An_interface_stands_on_a_bridge_or_a_libvirt_network()
    {
        var xml = Xml(Specs.Vm(12) with { Nics = [Specs.Nic(0), Specs.Nic(1) with { Bridge = null, LibvirtNetwork = "default", Model = "e1000" }] });
        var nics = xml.Element("devices")!.Elements("interface").ToList();
        Assert.Equal(("bridge", "br0", "virtio", "one-12-0"), (At(nics[0], "@type"), At(nics[0], "source/@bridge"), At(nics[0], "model/@type"), At(nics[0], "target/@dev")));
        Assert.Equal(("network", "default", "e1000", "02:00:00:00:00:01"), (At(nics[1], "@type"), At(nics[1], "source/@network"), At(nics[1], "model/@type"), At(nics[1], "mac/@address")));
        Assert.Throws<DomainSpecException>(() => Xml(Specs.Vm(1) with { Nics = [Specs.Nic(0) with { Bridge = null }] }));
    }

    [Fact]
    public void An_interface_name_that_the_kernel_cannot_hold_is_left_to_libvirt() =>
        Assert.Null(At(Xml(Specs.Vm(1_000_000_000) with { Nics = [Specs.Nic(10)] }), "devices/interface/target/@dev"));

    [Fact]
    public void The_serial_console_is_kept_in_a_file_of_the_system_pool()
    {
        var xml = Xml(Specs.Vm(7));
        Assert.Equal(("pty", "/ds/0/one-7-console.log"), (At(xml, "devices/serial/@type"), At(xml, "devices/serial/log/@file")));
        Assert.Equal("10", At(xml, "devices/memballoon/stats/@period"));
        Assert.Equal("random", At(xml, "devices/rng/backend/@model"));
        Assert.Equal("org.qemu.guest_agent.0", At(xml, "devices/channel/target/@name"));
        Assert.Null(Xml(Specs.Vm(7) with { GuestAgent = false }).Descendants("channel").FirstOrDefault());
    }

    [Fact]
    public void Graphics_listen_where_the_claim_says()
    {
        var xml = Xml(Specs.Vm(1) with { Graphics = new("VNC", "0.0.0.0", 5907, "secret", "de") });
        Assert.Equal(("vnc", "5907", "no", "secret", "de", "0.0.0.0"), (
            At(xml, "devices/graphics/@type"), At(xml, "devices/graphics/@port"), At(xml, "devices/graphics/@autoport"),
            At(xml, "devices/graphics/@passwd"), At(xml, "devices/graphics/@keymap"), At(xml, "devices/graphics/listen/@address")));
        Assert.Equal("none", At(Xml(Specs.Vm(1)), "devices/video/model/@type"));
    }

    [Fact]
    public void Raw_xml_becomes_children_of_the_domain()
    {
        var xml = Xml(Specs.Vm(1) with { RawXml = "<!-- x --><qemu:commandline><qemu:arg value='-s'/></qemu:commandline>\n<memoryBacking><hugepages/></memoryBacking>" });
        XNamespace qemu = "http://libvirt.org/schemas/domain/qemu/1.0";
        Assert.Equal("-s", (string?)xml.Element(qemu + "commandline")!.Element(qemu + "arg")!.Attribute("value"));
        Assert.NotNull(xml.Element("memoryBacking")!.Element("hugepages"));
    }

    [Theory]
    [InlineData("<cpu>", "not well-formed")]
    [InlineData("<a/></domain><domain>", "not well-formed")]
    [InlineData("hello", "found the text 'hello'")]
    [InlineData("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "not well-formed")]
    public void Raw_xml_that_is_none_is_refused_with_the_reason(string raw, string says) =>
        Assert.Contains(says, Assert.Throws<DomainSpecException>(() => Xml(Specs.Vm(1) with { RawXml = raw })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_full_of_markup_stays_a_name()
    {
        var xml = Xml(Specs.Vm(1) with { Name = "</title><os/>&\"'\u0001" });
        Assert.Equal("</title><os/>&\"'", At(xml, "title"));
        Assert.Throws<DomainSpecException>(() => Xml(Specs.Vm(1) with { Os = Specs.Os with { Kernel = "/a\u0001b" } }));
    }

    [Fact]
    public void The_stamp_is_read_back_and_replaced()
    {
        var xml = Xml(Specs.Vm(7));
        Assert.Equal(new DomainMetadata(new(7), 3, Specs.Deployment), DomainMetadata.Of(xml));
        var newer = new DomainMetadata(new(7), 4, Specs.Deployment);
        Assert.Equal(newer, DomainMetadata.Of(newer.StampOn(xml)));
        Assert.Null(DomainMetadata.Of(XElement.Parse("<domain><name>one-7</name></domain>")));
        Assert.Equal(newer, DomainMetadata.Of(newer.StampOn(XElement.Parse("<domain><name>one-7</name></domain>"))));
    }

    [Theory]
    [InlineData("one-1-disk-0", true)]
    [InlineData("one-1.checkpoint", true)]
    [InlineData("one-1-disk-0.uploading", true)]
    [InlineData("one-12-disk-0", false)]
    [InlineData("one-1", false)]
    [InlineData("someone-1-disk-0", false)]
    public void A_vms_files_are_told_apart_by_name(string volume, bool ofVm1) => Assert.Equal(ofVm1, VmFiles.IsOf(new(1), volume));
}
