using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;

namespace PoweredAppliance.Core.Tests.Hardware;

public sealed class ProfileMatchTests
{
    private static readonly IReadOnlyList<HardwareProfile> Profiles = ProfileFileTests.All();

    [Fact]
    public void Every_model_as_certified_matches_its_own_profile_without_differences()
    {
        foreach (var profile in Profiles.Where(p => p.Name != HardwareProfile.Generic))
        {
            var match = ProfileMatch.Of(Profiles, As(profile))!;
            Assert.Equal(profile.Name, match.Profile.Name);
            Assert.Empty(match.Differences);
            Assert.Contains(profile.Match.Product.TrimEnd('*'), match.Why, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_machine_no_profile_is_for_runs_under_generic_which_holds_nothing_against_it()
    {
        var match = ProfileMatch.Of(Profiles, As(Named("dell-poweredge-r760")) with { Vendor = "QEMU", Product = "Standard PC" })!;
        Assert.Equal(HardwareProfile.Generic, match.Profile.Name);
        Assert.Equal("no profile is for QEMU Standard PC", match.Why);
        Assert.Empty(match.Differences);
    }

    [Theory]
    [InlineData("PowerEdge R760xs")]
    [InlineData("PowerEdge R760xa")]
    public void A_sibling_of_a_certified_model_is_not_taken_for_it(string product) =>
        Assert.Equal(HardwareProfile.Generic, ProfileMatch.Of(Profiles, As(Named("dell-poweredge-r760")) with { Product = product })!.Profile.Name);

    [Fact]
    public void A_machine_without_SMBIOS_runs_under_generic_and_is_told_so() =>
        Assert.Equal("the machine does not say its model", ProfileMatch.Of(Profiles, As(Named("dell-poweredge-r760")) with { Vendor = "", Product = "" })!.Why);

    [Fact]
    public void What_an_operator_chose_is_kept_and_compared()
    {
        var match = ProfileMatch.Of(Profiles, As(Named("hpe-proliant-dl380-gen11")), "dell-poweredge-r760")!;
        Assert.Equal(("dell-poweredge-r760", "an operator chose it"), (match.Profile.Name, match.Why));
        Assert.Contains("cores per socket: 32 expected, 24 found", match.Differences);
    }

    [Fact]
    public void A_profile_that_does_not_exist_is_no_match() => Assert.Null(ProfileMatch.Of(Profiles, As(Profiles[0]), "no-such-profile"));

    [Fact]
    public void Each_difference_says_what_was_expected_and_what_was_found()
    {
        var profile = Named("dell-poweredge-xe9680");
        var facts = As(profile);
        var match = ProfileMatch.Of(Profiles, facts with
        {
            Sockets = 1,
            ThreadsPerCore = 1,
            Numa = [facts.Numa[0]],
            MemoryKibibytes = 512 * 1024 * 1024,
            CpuModel = "Intel(R) Xeon(R) Gold 5420+",
            Gpus = facts.Gpus[..7],
            FirmwareVersion = "1.2.9",
        })!;
        Assert.Equal(
            [
                "sockets: 2 expected, 1 found",
                "threads per core: 2 expected, 1 found",
                "NUMA cells: 2 expected, 1 found",
                "memory: 2097152 MiB expected, 524288 MiB found",
                "processor: Intel(R) Xeon(R) Platinum 8470 expected, Intel(R) Xeon(R) Gold 5420+ found",
                "GPUs: 8 expected, 7 found",
                "firmware: 1.3.6 or newer expected, 1.2.9 found",
            ],
            match.Differences);
    }

    [Theory]
    [InlineData("2.12", "2.12", "")]
    [InlineData("2.9", "2.12", "older")]
    [InlineData("2.12", "2.9", "")]
    [InlineData("ESE122V-3.20", "2.12", "")]
    [InlineData("ESE110C-1.30", "2.12", "older")]
    [InlineData("U54", "2.12", "unknown")]
    [InlineData("R01_F05", "R01", "")]
    [InlineData("R00", "R01", "older")]
    public void Firmware_is_compared_as_its_vendor_counts(string found, string minimum, string expected)
    {
        var profile = Named("dell-poweredge-r760") with { FirmwareMinimum = minimum };
        var difference = string.Concat(ProfileMatch.Of([profile], As(profile) with { FirmwareVersion = found })!.Differences);
        Assert.Equal(expected, difference switch
        {
            "" => "",
            _ when difference.EndsWith("cannot be compared", StringComparison.Ordinal) => "unknown",
            _ => "older",
        });
    }

    [Fact]
    public void The_most_exact_of_several_fitting_profiles_is_taken_in_whatever_order_they_are_listed()
    {
        var exact = Named("dell-poweredge-r760");
        var loose = exact with { Name = "a-loose-one", Match = new("Dell*", "PowerEdge*") };
        var facts = As(exact);
        Assert.Equal(exact.Name, ProfileMatch.Of([loose, exact], facts)!.Profile.Name);
        Assert.Equal(exact.Name, ProfileMatch.Of([exact, loose], facts)!.Profile.Name);
    }

    private static HardwareProfile Named(string name) => Profiles.Single(p => p.Name == name);

    /// <summary>What a machine says that is just as its profile wants it; firmware and kernel keep 1 % of the memory.</summary>
    private static HostFacts As(HardwareProfile p) => new(
        "h", p.Match.Vendor.TrimEnd('*'), p.Match.Product.TrimEnd('*'), p.FirmwareMinimum ?? "1.0", "x86_64", p.CpuModel ?? "", 2000,
        p.Sockets ?? 1, p.CoresPerSocket ?? 1, p.ThreadsPerCore ?? 1, 100, (p.MemoryMib ?? 1024) * 1024 / 100 * 99,
        [.. p.Numa.Select((c, i) => new NumaCell(i, c.MemoryMib * 1024, []))],
        "qemu", "7.2.0", "kvm", [], [], [.. p.Gpus.SelectMany(g => Enumerable.Repeat(g.Model, g.Count))], 0, 0);
}
