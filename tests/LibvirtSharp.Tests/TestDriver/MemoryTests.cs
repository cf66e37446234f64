using System.Runtime.InteropServices;

namespace LibvirtSharp.Tests.TestDriver;

/// <summary>What C gives away must be freed: bytes in use by C's allocator, before and after many calls.</summary>
[Collection(nameof(LeakTests))]
public sealed unsafe class MemoryTests : IDisposable
{
    private const int Times = 5_000;
    private const long Limit = Times * 12;

    private static readonly delegate* unmanaged<MallInfo> Info =
        (delegate* unmanaged<MallInfo>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "mallinfo2");

    private readonly Connect _connect = TestHost.Open();
    private readonly Domain _domain;

    public MemoryTests() => _domain = _connect.LookupDomainByName("test");

    public void Dispose()
    {
        _domain.Dispose();
        _connect.Dispose();
    }

    public static TheoryData<string> Calls => [.. Acts.Keys];

    private static Dictionary<string, Action<MemoryTests>> Acts { get; } = new()
    {
        ["strings given"] = t => _ = t._domain.GetXmlDesc() + t._connect.Uri + t._connect.Hostname,
        ["strings lent"] = t => _ = t._domain.Name + t._connect.Type,
        ["lists of objects"] = t =>
        {
            foreach (var domain in t._connect.ListAllDomains())
                domain.Dispose();
            foreach (var network in t._connect.ListAllNetworks())
                network.Dispose();
        },
        ["lists of strings"] = t => _ = t._connect.GetCpuModelNames("x86_64"),
        ["bulk statistics"] = t => _ = t._connect.GetAllDomainStats().Count + t._connect.GetDomainStats([t._domain]).Count,
        ["typed parameters"] = t =>
        {
            t._domain.SetMemoryParameters(new TypedParameters { { DomainMemoryKeys.HardLimit, 2_000_000UL } });
            _ = t._domain.GetMemoryParameters();
            t._domain.SetNumaParameters(new TypedParameters { { DomainNumaKeys.Nodeset, "0" } }, DomainModificationImpact.Config);
            _ = t._domain.GetNumaParameters();
        },
        ["errors"] = t => Assert.Throws<LibvirtException>(() => t._connect.LookupDomainByName("nobody")),
        ["maps and arrays"] = t => _ = t._connect.GetCpuMap().Present + t._domain.GetVcpuInfo().Count + t._domain.GetFileSystems().Count,
        ["subscriptions"] = t => t._connect.Subscribe<DomainNotice>(_ => { }).Dispose(),
        ["streams"] = t =>
        {
            using var stream = t._connect.NewStream();
        },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void Nothing_that_C_gives_away_stays(string what)
    {
        var act = Acts[what];
        Repeat(Times); // what is kept once for all is kept now
        var grown = new List<long>();
        do
        {
            var before = InUse();
            Repeat(Times);
            grown.Add(InUse() - before);
        }
        while (grown[^1] >= Limit && grown.Count < 5);

        // The runtime takes memory of its own now and then; a leak grows in every round. The smallest thing that could be
        // forgotten takes malloc 24 bytes or more each time.
        Assert.True(grown[^1] < Limit, $"{what}: {string.Join(", ", grown)} bytes more after {Times} times each");

        void Repeat(int times)
        {
            for (var i = 0; i < times; i++)
                act(this);
            Eventually.True(() => LiveCounts.Callbacks == 0, "callbacks are given back");
        }
    }

    [Fact]
    public void What_is_forgotten_would_be_seen()
    {
        // So much that what the runtime's own threads give back meanwhile does not matter.
        const int times = 20 * Times;
        var forgotten = new nint[times];
        var before = InUse();
        for (var i = 0; i < times; i++)
            forgotten[i] = (nint)NativeMemory.Alloc(16);
        var grown = InUse() - before;
        foreach (var pointer in forgotten)
            NativeMemory.Free((void*)pointer);

        Assert.True(grown >= times * 24, $"{grown} bytes");
    }

    private static long InUse()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (long)Info().InUse;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct MallInfo
    {
        public nuint Arena, FreeChunks, FastChunks, Mapped, MappedBytes, Unused, FastBytes, InUse, Free, Top;
    }
}
