using PoweredAppliance.Api;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;

namespace PoweredAppliance.Daemon;

/// <summary>Recovers the control plane, founds what a first start lacks, goes on with unfinished imports; only then the API answers.</summary>
internal sealed class Readiness(Cloud cloud, Founding founding, ImageImports imports, Gate gate, Settings settings, ILogger<Readiness> log, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cloud.Recover(Guid.NewGuid(), $"http://localhost:{settings.XmlRpc.Port}/RPC2", stoppingToken);
            await founding.Run();
            imports.Resume();
            gate.Open();
            log.LogInformation(
                "ready: XML-RPC on {XmlRpc}, REST and metrics on {Rest}, data in {Data}, admin's password in {Auth}",
                $"{settings.XmlRpc.Address}:{settings.XmlRpc.Port}", $"{settings.Rest.Address}:{settings.Rest.Port}", settings.Data, founding.AuthFile);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.LogInformation("stopped before it was ready");
        }
        catch (Exception e)
        {
            log.LogCritical(e, "the control plane could not be recovered");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
