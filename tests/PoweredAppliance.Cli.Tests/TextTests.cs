using CsCheck;
using PoweredAppliance.Cli.Text;

namespace PoweredAppliance.Cli.Tests;

public sealed class TextTests
{
    private static readonly Gen<string> Word = Gen.Char["abcXY-1"].Array[0, 8].Select(c => new string(c));

    [Fact]
    public void Distance_is_nothing_to_itself_the_same_both_ways_and_at_most_the_longer_word() =>
        Gen.Select(Word, Word).Sample((a, b) =>
            Near.Distance(a, a) == 0
            && Near.Distance(a, b) == Near.Distance(b, a)
            && Near.Distance(a, b) <= Math.Max(a.Length, b.Length)
            && Near.Distance(a, b) >= Math.Abs(a.Length - b.Length));

    [Fact]
    public void One_slip_of_a_finger_is_a_distance_of_one() =>
        Gen.Select(Word, Gen.Int[0, 7], Gen.Int[0, 3]).Where((w, at, _) => at + 1 < w.Length).Sample((w, at, slip) =>
        {
            var slipped = slip switch
            {
                0 => w.Remove(at, 1),
                1 => w.Insert(at, "q"),
                2 => w.Remove(at, 1).Insert(at, "q"),
                _ => w[..at] + w[at + 1] + w[at] + w[(at + 2)..],
            };
            return Near.Distance(w, slipped) <= 1;
        });

    [Theory]
    [InlineData(0, "0M")]
    [InlineData(1023, "1023M")]
    [InlineData(1024, "1G")]
    [InlineData(1536, "1.5G")]
    [InlineData(131072, "128G")]
    [InlineData(3 * 1024 * 1024, "3T")]
    public void Memory_is_written_short(long mib, string text) => Assert.Equal(text, Human.Mib(mib));

    [Theory]
    [InlineData("512", 512L)]
    [InlineData("512m", 512L)]
    [InlineData("1.5G", 1536L)]
    [InlineData("2T", 2L * 1024 * 1024)]
    [InlineData("0", null)]
    [InlineData("-1G", null)]
    [InlineData("0.3M", null)]
    [InlineData("1e3", null)]
    [InlineData("G", null)]
    [InlineData("", null)]
    public void Memory_is_read_whole_or_not_at_all(string text, long? mib) => Assert.Equal(mib, Human.ReadMib(text));

    [Fact]
    public void Whole_gibibytes_are_read_as_they_are_written() =>
        Gen.Long[1, 1023].Sample(gib => Human.ReadMib(Human.Mib(gib * 1024)) == gib * 1024);

    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("5m", 300)]
    [InlineData("2h", 7200)]
    [InlineData("1d", 86400)]
    [InlineData("5 m", null)]
    [InlineData("-5", null)]
    [InlineData("5w", null)]
    [InlineData("99999999999d", null)]
    public void Times_are_read_with_their_unit(string text, int? seconds) =>
        Assert.Equal(seconds, (int?)Human.ReadSpan(text)?.TotalSeconds);

    [Theory]
    [InlineData("RUNNING", "runn")]
    [InlineData("POWEROFF", "poff")]
    [InlineData("UNDEPLOYED", "unde")]
    [InlineData("PENDING", "pend")]
    [InlineData("HOLD", "hold")]
    [InlineData("DONE", "done")]
    [InlineData("SAVE_SUSPEND", "save")]
    [InlineData("SHUTDOWN_POWEROFF", "shut")]
    [InlineData("CLEANUP_DELETE", "clea")]
    [InlineData("UNKNOWN", "unkn")]
    [InlineData("PROLOG_MIGRATE_FAILURE", "fail")]
    [InlineData("CLONING_FAILURE", "fail")]
    [InlineData("HOTPLUG_SNAPSHOT", "snap")]
    [InlineData("HOTPLUG_NIC", "hotp")]
    public void States_are_written_in_four_letters(string state, string letters) =>
        Assert.Equal(letters, VmWords.Short(Samples.Vm(1, "x", state)));
}
