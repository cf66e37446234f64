using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

internal static class StatusVerbs
{
    public static string OwnVersion { get; } =
        typeof(StatusVerbs).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static Verb Status() => new("status", "Show the appliance at a glance", Show)
    {
        Examples = ["powered status", "powered status --json"],
    };

    public static Verb Version() => new("version", "Show the versions of this program and of the daemon", ShowVersion)
    {
        Examples = ["powered version"],
    };

    private static async Task<int> Show(Call call)
    {
        var status = await call.Client.GetStatus(call.Stop);
        if (call.Json)
        {
            call.PrintJson(status, WireJson.Default.Status);
            return Exit.Ok;
        }

        var facts = new Facts()
            .Add("version", $"{status.Version} (OpenNebula {status.OpenNebula})")
            .Add(
                "up",
                Human.Span(TimeSpan.FromSeconds(status.UptimeSeconds))
                    + $", since {Human.Moment(status.Started, call.Shell.Time)}")
            .Add("journal", status.Journal)
            .Add("hosts", Counts(status.Hosts, "none yet; add one with `powered host add NAME --uri qemu:///system`"))
            .Add("VMs", Counts(status.Vms, "none yet; create one with `powered vm create --template NAME`"))
            .Add("cores", Share(Human.Cores(status.Allocated.CpuPercent), Human.Cores(status.Capacity.CpuPercent)))
            .Add("memory", Share(Human.Mib(status.Allocated.MemoryMib), Human.Mib(status.Capacity.MemoryMib)))
            .AddAll(
                "control plane",
                status.ControlPlane.Select(
                    c => $"{c.Address} {c.Status}{(c.Leader ? ", leader" : "")}{(c.Self ? ", answering" : "")}"))
            .AddAll("addresses", status.Addresses.Select(a => $"{a.Key,-8} {a.Value}"));
        foreach (var warning in status.Warnings)
            facts.Add("warning", warning, Tone.Bad);
        call.Print(facts.Render(call.Shell.Colour));
        return Exit.Ok;
    }

    private static string Counts(IReadOnlyDictionary<string, int> counts, string none) =>
        counts.Values.Sum() == 0
            ? none
            : $"{counts.Values.Sum()} ("
                + string.Join(", ", counts.Where(c => c.Value > 0).Select(c => $"{c.Value} {c.Key}")) + ")";

    private static string Share(string allocated, string capacity) => $"{allocated} of {capacity} allocated";

    private static async Task<int> ShowVersion(Call call)
    {
        var own = $"powered   {OwnVersion}";
        ApiVersion? daemon = null;
        string? why = null;
        try
        {
            // its own client: this path needs no log-in, and a version must not wait for a daemon that is away
            using var client = new PoweredClient(Destination.Options(call.Shell, call.Address, credentials: null) with
            {
                Retries = 0,
                Deadline = TimeSpan.FromSeconds(5),
            });
            daemon = await client.GetVersion(call.Stop);
        }
        catch (PoweredException e)
        {
            why = e.Message;
        }

        if (call.Json)
        {
            call.PrintJson(new VersionReport(OwnVersion, daemon), CliJson.Default.VersionReport);
            return Exit.Ok;
        }

        call.Print(own);
        call.Print(
            daemon is null
                ? $"poweredd  - ({why})"
                : $"poweredd  {daemon.Version} (OpenNebula {daemon.OpenNebula}, API {daemon.Api})");
        return Exit.Ok;
    }

    /// <summary>What <c>--version</c> does.</summary>
    internal sealed class VersionLine : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parse)
        {
            parse.InvocationConfiguration.Output.Write($"{OwnVersion}\n");
            return Exit.Ok;
        }
    }
}

/// <summary>What <c>version --json</c> prints; the daemon is absent when it does not answer.</summary>
internal sealed record VersionReport(string Cli, ApiVersion? Daemon);
