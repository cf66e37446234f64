using PoweredAppliance.Api;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Workflows;

namespace PoweredAppliance.Daemon;

/// <summary>Recovers the control plane, founds what a first start lacks, goes on with what is unfinished; only then the API answers.</summary>
internal sealed class Readiness(Cloud cloud, Founding founding, AccessChanges access, ImageImports imports, AppPublications publications, FlowRuns flows, SecurityUpdates rules, Gate gate, Settings settings, ILogger<Readiness> log, IHostApplicationLifetime lifetime)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await cloud.Recover(Guid.NewGuid(), $"http://localhost:{settings.XmlRpc.Port}/RPC2", stoppingToken);
            await founding.Run();
            await access.Resume();
            imports.Resume();
            publications.Resume();
            gate.Open();
            log.LogInformation(
                "ready: XML-RPC on {XmlRpc}, gRPC on {Grpc}, REST and metrics on {Rest}, data in {Data}, admin's password in {Auth}",
                $"{settings.XmlRpc.Address}:{settings.XmlRpc.Port}", settings.Grpc.Port > 0 ? $"{settings.Grpc.Address}:{settings.Grpc.Port}" : "no port",
                $"{settings.Rest.Address}:{settings.Rest.Port}", settings.Data, founding.AuthFile);
            await Task.WhenAll(flows.Run(stoppingToken), rules.Run(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            if (!gate.IsOpen)
                log.LogInformation("stopped before it was ready");
        }
        catch (Exception e)
        {
            log.LogCritical(e, "the control plane could not be recovered, or services cannot be attended to");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }
}
