using System.Collections.Concurrent;

namespace LibvirtSharp.Tests.RealQemu;

public sealed class RealDomainTests(QemuHost hosts) : RealQemuTests(hosts)
{
    [Fact]
    public void A_real_host_tells_who_it_is()
    {
        Assert.Equal("QEMU", Connect.Type);
        Assert.True(Connect.Version >= new LibvirtVersion(7, 0, 0));
        Assert.Contains("one", Connect.Hostname);
        Assert.True(Connect.GetNodeMemoryStats()[NodeMemoryStatsKeys.Total] > 0);
        Assert.Contains("<domain type='qemu'", Connect.Capabilities);
        Assert.Contains("<domainCapabilities>", Connect.GetDomainCapabilities(virtType: "qemu"));
        Assert.True(Connect.SetKeepAlive(5, 3));
        Assert.True(Connect.IsSecure);
    }

    [Fact]
    public void A_real_guest_is_started_paused_reset_and_stopped_and_all_of_it_is_told()
    {
        var heard = new ConcurrentQueue<DomainNotice>();
        var domain = Define("life");
        using var subscription = Connect.Subscribe<DomainNotice>(heard.Enqueue, only: domain);

        domain.Create(DomainCreateFlags.StartPaused);
        Assert.Equal((DomainState.Paused, (int)DomainPausedReason.User), domain.GetState());
        domain.Resume();
        Assert.Equal(DomainState.Running, domain.GetState().State);
        domain.Reset();
        Eventually.True(() => heard.OfType<RebootNotice>().Any(), "the reset is told");
        domain.Destroy();

        Eventually.True(() => heard.OfType<DomainLifecycleNotice>().Any(n => n.Event == DomainEventType.Stopped), "the end is told");
        var life = heard.OfType<DomainLifecycleNotice>().Select(n => n.Event).ToList();
        Assert.Equal(DomainEventType.Started, life[0]);
        Assert.Contains(DomainEventType.Resumed, life);
        Assert.Equal((int)DomainEventStoppedDetailType.Destroyed, heard.OfType<DomainLifecycleNotice>().Last().Detail);
        Assert.All(heard, n => Assert.Equal(("life", domain.Uuid), (n.Domain.Name, n.Domain.Uuid)));
    }

    [Fact]
    public void Bulk_statistics_of_a_real_guest_have_figures()
    {
        var path = Path.Combine(Hosts.Host.Folder, "stats.img");
        using (var file = File.Create(path))
            file.SetLength(1 << 20);
        var domain = Run("stats", $"<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{path}'/><target dev='vda' bus='virtio'/></disk>");

        var stats = Connect.GetAllDomainStats(flags: ConnectGetAllDomainStatsFlags.Running).Single(s => s.Domain.Uuid == domain.Uuid);

        Assert.Equal((DomainState.Running, 1), (stats.State, stats.VcpusCurrent));
        Assert.True(stats.CpuTime > 0, $"cpu time {stats.CpuTime}");
        Assert.Equal(16UL * 1024, stats.BalloonMaximum);
        Assert.True(stats.BalloonRss > 0);
        Assert.Equal(("vda", path, 1UL << 20), stats.Blocks.Select(b => (b.Name, b.Path, b.Capacity)).Single());
        Assert.Equal(VcpuState.Running, Assert.Single(stats.Vcpus).State);
        Assert.True(domain.BlockStats("vda").ReadRequests >= 0);
        Assert.Contains(DomainBlockStatsKeys.ReadTotalTimes, domain.BlockStatsAll("vda").Select(p => p.Key));
        Assert.Equal(1UL << 20, domain.GetBlockInfo("vda").Capacity);
        Assert.True(domain.GetCpuStatsTotal().GetUInt64(DomainCpuStatsKeys.Cputime) > 0);
        Assert.NotEmpty(domain.GetCpuStats());
        Assert.True(domain.MemoryStats().ContainsKey(DomainMemoryStatTags.Rss));
    }

    [Fact]
    public void The_monitor_is_spoken_to_and_heard()
    {
        var heard = new ConcurrentQueue<QemuMonitorNotice>();
        var domain = Run("monitor");
        using var subscription = Connect.Subscribe<QemuMonitorNotice>(heard.Enqueue, only: domain);

        Assert.Contains("\"running\":true", domain.QemuMonitorCommand("""{"execute":"query-status"}"""));
        Assert.Contains("running", domain.QemuMonitorCommand("info status", DomainQemuMonitorCommandFlags.Hmp));
        domain.Suspend();

        Eventually.True(() => heard.Any(n => n.Event == "STOP"), "qemu says that it stands still");
        Assert.True(heard.First().At > DateTimeOffset.UnixEpoch.AddYears(50));
    }

    [Fact]
    public void A_guest_without_an_agent_is_refused_what_needs_one()
    {
        var domain = Run("agentless");

        var failure = Assert.Throws<LibvirtException>(() => domain.QemuAgentCommand("""{"execute":"guest-ping"}"""));

        Assert.Equal(("virDomainQemuAgentCommand", ErrorNumber.ArgumentUnsupported), (failure.Function, failure.Code));
    }

    [Fact]
    public async Task A_console_is_read_through_a_stream_that_does_not_block()
    {
        var domain = Define("console");
        domain.Create(DomainCreateFlags.StartPaused);
        using var stream = Connect.NewStream(StreamFlags.Nonblock);
        domain.OpenConsole(stream);
        domain.Resume();

        var said = "";
        var buffer = new byte[4096];
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        var console = stream.AsStream();
        while (!said.Contains("SeaBIOS", StringComparison.Ordinal))
        {
            var read = await console.ReadAsync(buffer, deadline.Token);
            Assert.NotEqual(0, read);
            said += System.Text.Encoding.ASCII.GetString(buffer, 0, read);
        }

        await console.WriteAsync("x"u8.ToArray(), deadline.Token);
        stream.Abort();
    }

    [Fact]
    public void A_display_is_opened_and_photographed()
    {
        var domain = Run("display", "<graphics type='vnc' port='-1' autoport='yes'/><video><model type='vga'/></video>");

        var (type, picture) = domain.Screenshot();
        using var vnc = new FileStream(domain.OpenGraphics(flags: DomainOpenGraphicsFlags.Skipauth), FileAccess.ReadWrite);
        var banner = new byte[12];
        vnc.ReadExactly(banner);

        // Whole to its last chunk; how many bytes that takes is up to what the guest shows (a dark screen: 937).
        Assert.Equal("image/png", type);
        Assert.Equal("\x89PNG\r\n\x1a\n", System.Text.Encoding.Latin1.GetString(picture.AsSpan(0, 8)));
        Assert.Equal("IEND", System.Text.Encoding.Latin1.GetString(picture.AsSpan(picture.Length - 8, 4)));
        Assert.Equal("RFB 003.008\n"u8.ToArray(), banner);
    }

    [Fact]
    public void A_guest_is_saved_and_goes_on_where_it_was()
    {
        var file = Path.Combine(Hosts.Host.Folder, "saved");
        var domain = Run("saved");

        domain.Save(file);
        Assert.Equal((DomainState.Shutoff, (int)DomainShutoffReason.Saved), domain.GetState());
        Assert.Contains("<name>saved</name>", Connect.GetSaveImageXml(file));
        Domain.Restore(Connect, file);
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Restored), domain.GetState());

        domain.ManagedSave();
        Assert.True(domain.HasManagedSave);
        Assert.Contains("<name>saved</name>", domain.GetManagedSaveXml());
        domain.Create();
        Assert.False(domain.HasManagedSave);
        Assert.Equal(DomainState.Running, domain.GetState().State);
    }

    [Fact]
    public void A_transient_guest_that_ends_by_itself_is_told_and_gone()
    {
        var heard = new ConcurrentQueue<DomainLifecycleNotice>();
        using var domain = Connect.CreateXml(Xml("passing"));
        using var subscription = Connect.Subscribe<DomainLifecycleNotice>(heard.Enqueue, only: domain);

        // qemu may be gone before it has answered.
        var failure = Record.Exception(() => domain.QemuMonitorCommand("""{"execute":"quit"}"""));
        Assert.True(failure is null or LibvirtException, $"{failure}");

        Eventually.True(() => heard.Any(n => n.Event == DomainEventType.Stopped), "the end is told");
        Eventually.True(() => Connect.FindDomainByName("passing") is null, "it is gone");
    }

    [Fact]
    public void Devices_come_and_change_and_are_told()
    {
        var path = Path.Combine(Hosts.Host.Folder, "hot.img");
        File.WriteAllBytes(path, new byte[1 << 20]);
        var medium = Path.Combine(Hosts.Host.Folder, "medium.iso");
        File.WriteAllBytes(medium, new byte[1 << 20]);
        var heard = new ConcurrentQueue<DomainNotice>();
        var domain = Define("devices", "<disk type='file' device='cdrom'><target dev='hdc' bus='ide'/></disk>");
        domain.Create(DomainCreateFlags.StartPaused); // firmware that looks at the drive would close its tray under us
        using var subscription = Connect.Subscribe<DomainNotice>(heard.Enqueue, only: domain);

        domain.AttachDevice(
            $"<disk type='file' device='disk'><source file='{path}'/><target dev='vdb' bus='virtio'/><alias name='ua-hot'/></disk>",
            DomainDeviceModifyFlags.Live);
        Eventually.True(() => heard.OfType<DeviceAddedNotice>().Any(n => n.DeviceAlias == "ua-hot"), "the disk is told");
        Assert.Contains("ua-hot", domain.GetXmlDesc());

        domain.UpdateDevice($"<disk type='file' device='cdrom'><source file='{medium}'/><target dev='hdc' bus='ide'/><readonly/></disk>");
        Assert.Contains("medium.iso", domain.GetXmlDesc());
        Eventually.True(() => heard.OfType<TrayChangeNotice>().Any(), "the tray is told");

        domain.SetBlockIoTune("vdb", new TypedParameters { { DomainBlockIoTuneKeys.TotalBytesSec, 1_000_000UL } });
        Eventually.True(() => heard.OfType<TunableNotice>().Any(), "the throttle is told");
        Assert.Equal(1_000_000UL, heard.OfType<TunableNotice>().First().Values.GetUInt64(DomainTunableKeys.BlkdevTotalBytesSec));

        domain.BlockResize("vdb", 2 << 20);
        Assert.Equal(2UL << 20, domain.GetBlockInfo("vdb").Capacity);
        Assert.Equal(new byte[16], domain.BlockPeek("vdb", 0, 16));
        Assert.Equal(16, domain.MemoryPeek(0, 16).Length);
    }

    [Fact]
    public void Tuning_and_pinning_reach_the_host()
    {
        var domain = Run("tuned");

        domain.PinVcpu(0, CpuMap.Of(0));
        Assert.Equal(CpuMap.Of(0), Assert.Single(domain.GetVcpuPins()));
        domain.SetSchedulerParameters(new TypedParameters { { DomainSchedulerKeys.CpuShares, 512UL } }, DomainModificationImpact.Live);
        Assert.Equal(512UL, domain.GetSchedulerParameters().GetUInt64(DomainSchedulerKeys.CpuShares));
        domain.AddIoThread(1);
        Assert.Equal(1U, Assert.Single(domain.GetIoThreads()).Id);
        domain.SetIoThreadParameters(1, new TypedParameters { { DomainIoThreadKeys.PollMaxNs, 1000UL } }, DomainModificationImpact.Live);
        domain.RemoveIoThread(1);
        Assert.NotEmpty(domain.GetBlkioParameters());
        Assert.NotEmpty(domain.GetNumaParameters());
        Assert.NotEmpty(domain.GetPerfEvents());
        domain.SetMemoryStatsPeriod(2);
        domain.InjectNmi();
        domain.SendKey(KeycodeSet.Linux, 10, 28);
        Assert.Equal(DomainJobType.None, domain.GetJobInfo().Type);
    }

    [Fact]
    public void Open_files_are_handed_to_a_guest()
    {
        var path = Path.Combine(Hosts.Host.Folder, "handed.img");
        File.WriteAllBytes(path, new byte[1 << 20]);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var domain = Define("handed", $"""
            <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='{path}' fdgroup='mine'/><target dev='vda' bus='virtio'/></disk>
            """);

        domain.AssociateFiles("mine", [file]);
        domain.Create();

        Assert.Equal(DomainState.Running, domain.GetState().State);
        var (answer, files) = domain.QemuMonitorCommandWithFiles("""{"execute":"query-name"}""", []);
        Assert.Contains("handed", answer);
        Assert.Empty(files);
    }
}
