using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Client;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Drivers.Images;
using PoweredAppliance.Simulation;

namespace PoweredAppliance.Api.Rest;

/// <summary>A whole appliance in this process, on a free port: the real control plane on SQLite in a folder of its own, simulated hosts.</summary>
public sealed class Appliance : IAsyncLifetime
{
    public const string Password = "correct-horse";

    /// <summary>Far more than anything takes here, also on a machine that is busy with other things.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>What still runs then is given up when it stops.</summary>
    public static readonly TimeSpan StopsWithin = 5 * Patience;

    private readonly string _folder = Directory.CreateTempSubdirectory("powered-api-").FullName;
    private readonly AuthSettings _authentication;
    private WebApplication _app = null!;
    private Task? _stopping;

    public Appliance()
        : this(new AuthSettings())
    {
    }

    internal Appliance(AuthSettings authentication) => _authentication = authentication;

    public Uri Address { get; private set; } = null!;
    public PoweredClient Admin { get; private set; } = null!;
    public Cloud Cloud { get; private set; } = null!;
    public SimulatedWorld World { get; } = SimulatedWorld.InMemory(TimeProvider.System);
    public Clock Time { get; } = new();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (Environment.GetEnvironmentVariable("APPLIANCE_LOG") is not null)
            builder.Logging.AddSimpleConsole();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        builder.Services
            .Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = StopsWithin)
            .AddSingleton<TimeProvider>(Time) // the hosts live by the system's own
            .AddSingleton(Prometheus.Metrics.NewCustomRegistry())
            .AddSingleton<Meters>()
            .AddSingleton(new Audit.AuditSettings(Path.Combine(_folder, "audit")))
            .AddSingleton(SimulatedHosts.Factory(World, TimeProvider.System))
            .AddSingleton<IImageStorage>(new ImageFiles(Path.Combine(_folder, "images")))
            .AddSingleton<RunHook>((command, _) => Task.FromResult(new HookOutcome(command.Path, 0, "", "")))
            .AddSingleton<ImageImports>()
            .AddSingleton<AppPublications>()
            .AddSingleton<NewGuid>(Guid.NewGuid)
            .AddSingleton(new HostDefaults(Path.Combine(_folder, "datastores")))
            .AddSingleton(new HostProfiles([]))
            .AddSingleton(new OneGate.GuestSecret(new byte[GuestToken.SecretBytes]))
            .AddControlPlane(new("127.0.0.1", 0, []), Journal.Sqlite(_folder), new()
            {
                Cipher = new(new byte[AttributeCipher.KeyBytes]),
                ReadEvery = TimeSpan.FromMilliseconds(200),
                SilentAfter = 5 * Patience, // a host is late when this process is
                ReadDeadline = Patience,
                AskDeadline = Patience,
            })
            .AddSingleton(new ApiFacts(new Dictionary<string, string>(), "SQLite", TimeProvider.System.GetUtcNow(), () => []))
            .AddPoweredApi(_authentication);
        _app = builder.Build();
        _app.UsePoweredApi();
        await _app.StartAsync();
        Address = new(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Cloud = _app.Services.GetRequiredService<Cloud>();
        await Cloud.Recover(Guid.NewGuid(), "http://localhost/RPC2", CancellationToken.None);
        await Found();
        _app.Services.GetRequiredService<Gate>().Open();
        Admin = Client("oneadmin", Password);
        await Admin.AddHost(new() { Name = "sim1", Uri = "sim:generic" });
        await Admin.CreateTemplate(new() { Name = "small", Text = "CPU=1\nMEMORY=128" });
        await Until(async () => (await Admin.ListHosts()).All(h => h.State == "MONITORED"), "host sim1 is not MONITORED");
    }

    public PoweredClient Client(string user, string secret) => new(new() { Address = Address, Credentials = $"{user}:{secret}", Retries = 0, Deadline = Patience });

    /// <param name="secret">null: nobody</param>
    public HttpClient Http(string? secret = Password, string user = "oneadmin")
    {
        // A body that waits for 100 Continue is not sent however late the answer is.
        var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Patience }) { Timeout = Patience, BaseAddress = new($"{Address.AbsoluteUri.TrimEnd('/')}{Routes.Root}/") };
        if (secret is not null)
            http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{secret}")));
        return http;
    }

    public HttpClient Bearer(string token)
    {
        var http = Http(secret: null);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>A user of group users.</summary>
    public async Task<PoweredClient> NewUser(string name, bool enabled = true)
    {
        await Make(PoolKind.User, name, null, ("PASSWORD", Hash()), ("AUTH_DRIVER", "core"), ("ENABLED", enabled ? "1" : "0"), ("GIDS", "1"));
        return Client(name, Password);
    }

    public Task SetFact(PoolKind kind, int id, string name, string value) => Cloud.Pool(new PoolProtocol.SetFacts(
        kind, id, ImmutableSortedDictionary<string, string>.Empty.Add(name, value)));

    public Task Stop() => _stopping ??= _app.StopAsync();

    /// <summary>Looks again and again until it is so.</summary>
    public static async Task Until(Func<Task<bool>> look, string otherwise)
    {
        for (var since = TimeProvider.System.GetTimestamp(); !await look(); await Task.Delay(20))
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, otherwise);
    }

    public async ValueTask DisposeAsync()
    {
        Admin?.Dispose(); // null when it did not come up
        if (_app is not null)
        {
            await Stop(); // or what is still under way would write into the folder
            await _app.DisposeAsync();
        }

        World.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Hash() => Passwords.Hash(Password, new byte[Passwords.MinSaltBytes], new PasswordCost(Kibibytes: 64, Passes: 1));

    private async Task Found()
    {
        await Make(PoolKind.Group, "oneadmin", 0);
        await Make(PoolKind.Group, "users", 1);
        await Make(PoolKind.User, "oneadmin", 0, ("PASSWORD", Hash()), ("AUTH_DRIVER", "core"), ("ENABLED", "1"), ("GIDS", "0"));
        await Make(PoolKind.Cluster, "default", 0);
        await Make(PoolKind.Datastore, "default", 1, ("TYPE", "0"), ("STATE", "0"), ("CLUSTER_IDS", "0"));
        foreach (var rule in AccessControl.DefaultRules())
            await Make(PoolKind.Acl, $"rule-{rule.Id}", rule.Id, ("USER", rule.UserHex), ("RESOURCE", rule.ResourceHex), ("RIGHTS", rule.RightsHex), ("ZONE", rule.ZoneHex));
    }

    private async Task Make(PoolKind kind, string name, int? id, params (string Name, string Value)[] facts)
    {
        var answer = await Cloud.Pool(new PoolProtocol.Allocate(
            kind, name, Caller.Admin, 0b110_100_000, Template.Empty, facts.ToImmutableSortedDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal), id));
        Assert.Null(answer.Refusal);
    }

    /// <summary>The system's time, and more when a test says so.</summary>
    public sealed class Clock : TimeProvider
    {
        private long _aheadTicks;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _aheadTicks));
    }
}

[CollectionDefinition(nameof(OneAppliance))]
public sealed class OneAppliance : ICollectionFixture<Appliance>;
