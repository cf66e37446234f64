using Microsoft.Extensions.DependencyInjection;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Methods;
using PoweredAppliance.ControlPlane.Hooks;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>OpenNebula's XML-RPC on ports of its own.</summary>
public static class XmlRpcHosting
{
    public static IServiceCollection AddXmlRpc(this IServiceCollection services) => services
        .AddSingleton<Documents>()
        .AddMethods<VmMethods>()
        .AddMethods<VmPoolMethods>()
        .AddMethods<AccountingMethods>()
        .AddMethods<VmDiskMethods>()
        .AddMethods<VmNicMethods>()
        .AddMethods<VmConfigurationMethods>()
        .AddMethods<PoolMethods>()
        .AddMethods<HostMethods>()
        .AddMethods<ImageMethods>()
        .AddMethods<DatastoreMethods>()
        .AddMethods<MarketMethods>()
        .AddMethods<TemplateMethods>()
        .AddMethods<NetworkMethods>()
        .AddMethods<SecurityGroupMethods>()
        .AddMethods<VirtualRouterMethods>()
        .AddMethods<ClusterMethods>()
        .AddMethods<UserMethods>()
        .AddMethods<GroupMethods>()
        .AddMethods<QuotaMethods>()
        .AddMethods<VdcMethods>()
        .AddMethods<AclMethods>()
        .AddMethods<ZoneMethods>()
        .AddMethods<WrittenMethods>()
        .AddMethods<VmGroupMethods>()
        .AddMethods<BackupJobMethods>()
        .AddMethods<HookMethods>()
        .AddSingleton<ApiHooks>()
        .AddSingleton(services => Payloads(services.GetRequiredService<Documents>()))
        .AddSingleton<MethodTable>()
        .AddSingleton<Dispatcher>()
        .AddSingleton<XmlRpcEndpoint>();

    private static HookDocuments Payloads(Documents documents) => new(vm => Documents.Text(documents.Vm(vm)), o => Documents.Text(documents.Of(o)));

    private static IServiceCollection AddMethods<T>(this IServiceCollection services) where T : class, IMethods =>
        services.AddSingleton<T>().AddSingleton<IMethods>(s => s.GetRequiredService<T>());
}
