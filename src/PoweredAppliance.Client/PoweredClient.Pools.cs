using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

public sealed partial class PoweredClient
{
    public Task<IReadOnlyList<Host>> ListHosts(string? name = null, CancellationToken stop = default) =>
        Get(Query(Routes.Hosts, ("name", name)), Json.IReadOnlyListHost, stop);

    public Task<Host> GetHost(int id, CancellationToken stop = default) => Get(At(Routes.Host, id), Json.Host, stop);

    public Task<Host> AddHost(HostAdd wish, CancellationToken stop = default) =>
        Post(Routes.Hosts, Body(wish, Json.HostAdd), Json.Host, stop);

    public Task RemoveHost(int id, CancellationToken stop = default) => Delete(At(Routes.Host, id), stop);

    public Task<Host> EnableHost(int id, CancellationToken stop = default) =>
        Post(At(Routes.HostEnable, id), body: null, Json.Host, stop);

    public Task<Host> DisableHost(int id, CancellationToken stop = default) =>
        Post(At(Routes.HostDisable, id), body: null, Json.Host, stop);

    public Task<Host> TakeHostOffline(int id, CancellationToken stop = default) =>
        Post(At(Routes.HostOffline, id), body: null, Json.Host, stop);

    public Task<Vm> ImportWild(int host, string name, CancellationToken stop = default) =>
        Post(
            At(Routes.WildImport, host).Replace("{name}", Uri.EscapeDataString(name), StringComparison.Ordinal),
            body: null,
            Json.Vm,
            stop);

    public Task<IReadOnlyList<Image>> ListImages(string? name = null, CancellationToken stop = default) =>
        Get(Query(Routes.Images, ("name", name)), Json.IReadOnlyListImage, stop);

    public Task<Image> GetImage(int id, CancellationToken stop = default) =>
        Get(At(Routes.Image, id), Json.Image, stop);

    public Task<Image> AddImage(ImageAdd wish, CancellationToken stop = default) =>
        Post(Routes.Images, Body(wish, Json.ImageAdd), Json.Image, stop);

    public Task RemoveImage(int id, CancellationToken stop = default) => Delete(At(Routes.Image, id), stop);

    public Task<IReadOnlyList<VmTemplate>> ListTemplates(string? name = null, CancellationToken stop = default) =>
        Get(Query(Routes.Templates, ("name", name)), Json.IReadOnlyListVmTemplate, stop);

    public Task<VmTemplate> GetTemplate(int id, CancellationToken stop = default) =>
        Get(At(Routes.Template, id), Json.VmTemplate, stop);

    public Task<VmTemplate> CreateTemplate(TemplateCreate wish, CancellationToken stop = default) =>
        Post(Routes.Templates, Body(wish, Json.TemplateCreate), Json.VmTemplate, stop);

    public Task RemoveTemplate(int id, CancellationToken stop = default) => Delete(At(Routes.Template, id), stop);

    public Task<IReadOnlyList<Vm>> Instantiate(int template, Instantiate wish, CancellationToken stop = default) =>
        Post(At(Routes.TemplateInstantiate, template), Body(wish, Json.Instantiate), Json.IReadOnlyListVm, stop);

    /// <summary>How many more fit: of a VM template (id or name), or of a shape.</summary>
    public Task<Headroom> GetCapacity(
        string? template = null, int? cpuPercent = null, long? memoryMib = null, long? diskMib = null, string? cluster = null, CancellationToken stop = default) => Get(
        Query(
            Routes.Capacity, ("template", template), ("cpuPercent", cpuPercent), ("memoryMib", memoryMib), ("diskMib", diskMib), ("cluster", cluster)),
        Json.Headroom,
        stop);

    /// <summary>What would become of their VMs if these hosts were lost (ids or names).</summary>
    public Task<LossPlan> PlanLoss(IEnumerable<string> hosts, CancellationToken stop = default) =>
        Get(Query(Routes.PlanLose, [.. hosts.Select(host => ("host", (object?)host))]), Json.LossPlan, stop);

    public Task<IReadOnlyList<Network>> ListNetworks(string? name = null, CancellationToken stop = default) =>
        Get(Query(Routes.Networks, ("name", name)), Json.IReadOnlyListNetwork, stop);

    public Task<Network> GetNetwork(int id, CancellationToken stop = default) =>
        Get(At(Routes.Network, id), Json.Network, stop);

    public Task<IReadOnlyList<Datastore>> ListDatastores(string? name = null, CancellationToken stop = default) =>
        Get(Query(Routes.Datastores, ("name", name)), Json.IReadOnlyListDatastore, stop);

    public Task<Datastore> GetDatastore(int id, CancellationToken stop = default) =>
        Get(At(Routes.Datastore, id), Json.Datastore, stop);
}
