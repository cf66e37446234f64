using System.Globalization;

namespace PoweredAppliance.Lab.Hosts;

/// <summary>By itself, since it measures time: what other tests do meanwhile would be measured too.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;

[Collection(typeof(Alone))]
public sealed class HungHostTests(ITestOutputHelper output)
{
    [Fact]
    public async Task A_hung_libvirtd_is_UNKNOWN_within_15_s_and_delays_nothing_on_the_other_hosts()
    {
        var folder = Directory.CreateTempSubdirectory("powered-hung-").FullName;
        try
        {
            var hung = new HungHost(folder);
            var extra = await hung.Run();
            var line = string.Create(CultureInfo.InvariantCulture, $"hung_host_extra_ms: {extra:0}");
            output.WriteLine(hung.Told);
            output.WriteLine(line);
            Console.WriteLine($"{line} ({hung.Told})");
            // A median of a few may be off by more on a machine that does other things, which come and go.
            var delayed = hung.Delayed(by: TimeSpan.FromMilliseconds(100));
            Assert.True(delayed < 0.9, $"longer by 100 ms in {delayed:P0} of pairs; {line}; {hung.Told}");
            Assert.InRange(hung.SilentSeconds, 1, 15);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
