using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PoweredAppliance.ControlPlane.Hooks;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Hosts;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Simulation;
using Prometheus;

namespace PoweredAppliance.ControlPlane.Tests;

/// <summary>A whole control plane in this process: real Akka, a real journal, simulated hosts whose world outlives it.</summary>
public sealed class Site : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    /// <summary>When a host is silent, where that is tested.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(3);

    public static readonly Guid Deployment = new("11111111-2222-3333-4444-555555555555");

    private readonly string _folder = Directory.CreateTempSubdirectory("powered-site-").FullName;
    private readonly Journal? _journal;
    private IHost? _host;
    private int _uuid;

    private readonly TimeSpan _silentAfter;

    private Site(Journal? journal, TimeSpan? silentAfter) =>
        (World, _journal, _silentAfter) = (SimulatedWorld.InMemory(TimeProvider.System), journal, silentAfter ?? Patience);

    public SimulatedWorld World { get; }

    /// <summary>What this run of the control plane measures.</summary>
    public CollectorRegistry Registry { get; private set; } = Metrics.NewCustomRegistry();

    /// <summary>Takes effect when the control plane is next <see cref="Up"/>.</summary>
    public TimeSpan AskAgainAfter { get; set; } = TimeSpan.FromSeconds(1);

    public string Pictures => Persistence.Journal.PicturesIn(_folder);

    public Cloud Cloud => _host!.Services.GetRequiredService<Cloud>();
    public Inventory.Inventory Inventory => Cloud.Inventory;

    /// <summary>What runs hooks' commands here.</summary>
    public RunHook Hooks { get; set; } = (command, _) => Task.FromResult(new HookOutcome(command.Path, 0, "", ""));

    /// <param name="hosts">simulated machines h0, h1 ... of 32 cores and 128 GiB, or as their address says</param>
    /// <param name="silentAfter">where silence is tested, so long that a loaded machine is not taken for a silent host too often; elsewhere none is</param>
    public static async Task<Site> Start(int hosts = 1, string address = "sim:generic", Journal? journal = null, TimeSpan? silentAfter = null)
    {
        var site = new Site(journal, silentAfter);
        await site.Up();
        for (var i = 0; i < hosts; i++)
            await site.AddHost($"h{i}", address);
        return site;
    }

    public async Task AddHost(string name, string address = "sim:generic")
    {
        var answer = await Cloud.AddHost(name, address, "/ds", 0, null, Caller.Admin, Template.Empty, []);
        Assert.Null(answer.Refusal);
        await Until(() => Inventory.Host(new(answer.Id)) is { State: HostState.Monitored, Usage: not null }, $"host {name} is not monitored");
    }

    public async Task Up()
    {
        Registry = Metrics.NewCustomRegistry();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System)
            .AddSingleton(new Meters(Registry))
            .AddSingleton<HostDriverFactory>(SimulatedHosts.Factory(World, TimeProvider.System))
            .AddSingleton(new HookDocuments(vm => $"<VM><ID>{vm.Id}</ID><LCM_STATE>{(int)vm.Lcm}</LCM_STATE></VM>", o => $"<O><ID>{o.Id}</ID></O>"))
            .AddSingleton<RunHook>((command, stop) => Hooks(command, stop))
            .AddControlPlane(new("127.0.0.1", 0, []), _journal ?? Journal.Sqlite(_folder), new()
            {
                Cipher = new(new byte[PoweredAppliance.Core.Access.AttributeCipher.KeyBytes]),
                Partitions = 4,
                AskAgainAfter = AskAgainAfter,
                ReadEvery = TimeSpan.FromMilliseconds(200),
                SilentAfter = _silentAfter,
                ReadDeadline = _silentAfter * (2 / 3d),
            });
        _host = builder.Build();
        await _host.StartAsync();
        await Cloud.Recover(Deployment, "http://localhost/RPC2", CancellationToken.None).WaitAsync(Patience);
    }

    public async Task Down()
    {
        await _host!.StopAsync();
        _host.Dispose();
        _host = null;
    }

    public async Task<Answer> TryCreate(string template, string? name = null, bool hold = false)
    {
        var uuid = new Guid(Interlocked.Increment(ref _uuid), 0, 0, new byte[8]);
        return await Cloud.CreateVm(Template.Parse(template), name, "one", Caller.Admin, 0b110_000_000, hold, (kind, id, n, _) =>
            Inventory.All(kind).Values.FirstOrDefault(o => o.Name == n || $"{o.Id}" == id) is { } found ? (found, null) : (null, Refusal.NotFound($"{kind}", -1)), uuid);
    }

    public async Task<VmId> Create(string template, string? name = null, bool hold = false)
    {
        var answer = await TryCreate(template, name, hold);
        Assert.Null(answer.Refusal);
        Assert.NotNull(Inventory.Vms.Find(new(answer.Id))); // law 9
        return new(answer.Id);
    }

    public async Task Act(VmId vm, VmAction action) => Assert.Null((await Cloud.Vm(new VmProtocol.Act(vm, action, Caller.Admin))).Refusal);

    public VirtualMachine Vm(VmId id) => Inventory.Vms.Find(id)!;

    public Task Reach(VmId vm, Lifecycle.Phase phase) => Until(() => Vm(vm).Phase == phase, () => $"VM {vm} is {Vm(vm).Phase}, not {phase}");

    public static Task Until(Func<bool> so, string otherwise) => Until(so, () => otherwise);

    public static async Task Until(Func<bool> so, Func<string> otherwise)
    {
        var since = Stopwatch.StartNew();
        while (!so())
        {
            Assert.True(since.Elapsed < Patience, otherwise());
            await Task.Delay(10);
        }
    }

    /// <summary>Nothing is left on any host, and nothing forbidden ever happened.</summary>
    public async Task AssertClean()
    {
        await Until(() => Inventory.Hosts.All(h => h.Allocated == default && h.Claims.IsEmpty), "a claim is left");
        Assert.Empty(World.Violations);
        Assert.Empty(World.See(w => w.Machines.SelectMany(m => m.Domains.Select(d => d.Name).Concat(m.Files.Select(f => f.Path))).ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await Down();
        World.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
