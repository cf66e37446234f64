using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.Operations;

/// <summary>
/// When a host was read for the first time, gives it the reserve and overcommit of its hardware profile as RESERVED_CPU and
/// RESERVED_MEM, unless an operator wrote some. Done once (fact PROFILE_APPLIED), so that what an operator changes later stays.
/// </summary>
public sealed class ProfileEnrolment(Cloud cloud, HostProfiles profiles, Gate gate, ILogger<ProfileEnrolment> log) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var changes = cloud.Inventory.Changes.Subscribe();
        try
        {
            while (true)
            {
                // A beat besides the changes: a write that failed is tried again.
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                beat.CancelAfter(LookAgain);
                var seen = false;
                try
                {
                    while (!seen && await changes.Reader.WaitToReadAsync(beat.Token).ConfigureAwait(false))
                        while (changes.Reader.TryRead(out var change))
                            seen |= change.Kind is "host";
                }
                catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
                {
                    // the beat
                }

                if (gate.IsOpen)
                    await Look().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // stopping
        }
    }

    private async Task Look()
    {
        foreach (var host in cloud.Inventory.All(PoolKind.Host).Values.Where(h => h.Fact("PROFILE_APPLIED") is null))
            if (cloud.Inventory.Host(new(host.Id))?.Facts is { } facts && profiles.Match(host, facts) is { } match)
                await Apply(host, match, facts).ConfigureAwait(false);
    }

    private async Task Apply(PooledObject host, ProfileMatch match, HostFacts facts)
    {
        try
        {
            if (host.Template["RESERVED_CPU"] is null or "" && host.Template["RESERVED_MEM"] is null or "")
            {
                var (cpu, memory) = Reserve(match.Profile, facts);
                await cloud.ChangeHost(new PoolProtocol.Update(PoolKind.Host, host.Id, Template.Empty
                    .Set("RESERVED_CPU", cpu == 0 ? "" : cpu.ToString(CultureInfo.InvariantCulture))
                    .Set("RESERVED_MEM", memory == 0 ? "" : memory.ToString(CultureInfo.InvariantCulture)), Append: true), host.Id).ConfigureAwait(false);
            }

            await cloud.ChangeHost(new PoolProtocol.SetFacts(
                PoolKind.Host, host.Id, ImmutableSortedDictionary<string, string>.Empty.Add("PROFILE_APPLIED", match.Profile.Name)), host.Id).ConfigureAwait(false);
            log.LogInformation("host {Host} runs under profile {Profile}: {Why}", host.Name, match.Profile.Name, match.Why);
        }
        catch (TimeoutException e)
        {
            log.LogWarning("host {Host}: its profile is tried again later: {Why}", host.Name, e.Message);
        }
    }

    /// <summary>What has to be held back (below 0: promised on top) so that (total - reserve) * overcommit is left. Percent of a core, KiB.</summary>
    public static (int CpuPercent, long MemoryKibibytes) Reserve(HardwareProfile profile, HostFacts facts) => (
        (int)(facts.CpuPercent - decimal.Truncate((facts.CpuPercent - profile.Reserved.CpuPercent) * profile.Overcommit.Cpu)),
        (long)(facts.MemoryKibibytes - decimal.Truncate((facts.MemoryKibibytes - profile.Reserved.MemoryMib * 1024) * profile.Overcommit.Memory)));
}
