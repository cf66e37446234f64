using System.Net;
using PoweredAppliance.Api;
using PoweredAppliance.Api.Auth;
using PoweredAppliance.Api.Grpc;
using PoweredAppliance.Api.OneGate;
using PoweredAppliance.Api.Operations;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Workflows;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hardware;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Vms;
using PoweredAppliance.Daemon;
using PoweredAppliance.Drivers.Files;
using PoweredAppliance.Drivers.Hooks;
using PoweredAppliance.Drivers.Images;
using Prometheus;
using Serilog;
using Serilog.Events;

var started = TimeProvider.System.GetUtcNow();
if (args is ["--version"])
{
    Console.WriteLine($"poweredd {typeof(Settings).Assembly.GetName().Version?.ToString(3)}");
    return 0;
}

Settings settings;
HostProfiles profiles;
try
{
    var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
        .ToDictionary(e => (string)e.Key, e => (string?)e.Value);
    settings = Settings.Read(args, environment);
    if (settings.DatastorePath.Length == 0)
        settings = settings with { DatastorePath = Path.Combine(settings.Data, "datastores") };
    if (settings.SimulatedWorld.Length == 0)
        settings = settings with { SimulatedWorld = Path.Combine(settings.Data, "simulated") };
    if (settings.ProfilesPath.Length == 0)
        settings = settings with { ProfilesPath = Path.Combine(AppContext.BaseDirectory, "hw-profiles") };
    Directory.CreateDirectory(settings.Data);
    Directory.CreateDirectory(Path.Combine(settings.Data, "hooks"));
    profiles = HostProfiles.Load(settings.ProfilesPath);
}
catch (Exception e) when (e is BadSettingException or BadProfileException or FormatException or IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"poweredd: {e.Message}");
    return 2;
}

settings = settings with { OneFlow = settings.OneFlow.UnlessTaken("OneFlow"), OneGate = settings.OneGate.UnlessTaken("OneGate") };
if (!Enum.TryParse<LogEventLevel>(settings.LogLevel, ignoreCase: true, out var level))
{
    Console.Error.WriteLine($"poweredd: setting 'Log:Level' is '{settings.LogLevel}'; it must be one of {string.Join(", ", Enum.GetNames<LogEventLevel>())}");
    return 2;
}

using var alone = DataLock.Take(settings.Data);
if (alone is null)
{
    Console.Error.WriteLine($"poweredd: another poweredd uses the data directory {settings.Data}");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Configuration.Sources.Clear();
builder.Logging.ClearProviders();
builder.Host.UseSerilog((_, log) => log
    .MinimumLevel.Is(level)
    .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
    .MinimumLevel.Override("Microsoft.AspNetCore.Hosting.Diagnostics", LevelAlias.Off) // says nothing above Information, and is asked by each request
    .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
    .MinimumLevel.Override("Akka", LogEventLevel.Warning)
    .MinimumLevel.Override("Akka.Actor.ActorSystem", LogEventLevel.Warning)
    .WriteTo.Console(
        outputTemplate: "{Timestamp:yyyy-MM-dd HH:mm:ss.fff} {Level:u3} {Message:lj}{NewLine}{Exception}",
        formatProvider: System.Globalization.CultureInfo.InvariantCulture));
builder.Host.ConfigureHostOptions(o => o.ShutdownTimeout = TimeSpan.FromSeconds(15));
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = 64 << 20;
    kestrel.Limits.MaxResponseBufferSize = 256 << 10; // lists are megabytes: fewer turns between who writes and who sends
    kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
    kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
    kestrel.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(10));
    kestrel.Listen(IPAddress.Parse(settings.XmlRpc.Address), settings.XmlRpc.Port, listen => listen.Speaks(Face.XmlRpc));
    if (settings.Grpc.Port > 0)
        kestrel.Listen(IPAddress.Parse(settings.Grpc.Address), settings.Grpc.Port, listen => listen.SpeaksGrpc());
    if (settings.OneFlow.IsOn)
        kestrel.Listen(IPAddress.Parse(settings.OneFlow.Address), settings.OneFlow.Port, listen => listen.Speaks(Face.OneFlow));
    if (settings.OneGate.IsOn)
        kestrel.Listen(IPAddress.Parse(settings.OneGate.Address), settings.OneGate.Port, listen => listen.Speaks(Face.OneGate));
    kestrel.Listen(IPAddress.Parse(settings.Rest.Address), settings.Rest.Port);
});

// The journal holds password hashes, pictures what is in templates; SQLite gives its side files the mode of the first.
if (settings.ConnectionString.Length == 0)
    Secret.Touch(Journal.FileIn(settings.Data));
Secret.Touch(Journal.PicturesIn(settings.Data));
var guests = new GuestSecret(Secret.Bytes(Path.Combine(settings.Data, "onegate_secret"), GuestToken.SecretBytes));
var journal = settings.ConnectionString.Length > 0
    ? Journal.Postgres(settings.ConnectionString, settings.Data)
    : Journal.Sqlite(settings.Data);
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton(settings)
    .AddSingleton(settings.Audit)
    .AddSingleton(Metrics.DefaultRegistry)
    .AddSingleton<Meters>()
    .AddSingleton<HostDriverFactory>(services => Drivers.Factory(
        settings, OneGateDoor(settings, guests), services.GetRequiredService<TimeProvider>(), profiles.Machine))
    .AddSingleton(guests)
    .AddSingleton<RunHook>(new HookFolder(Path.Combine(settings.Data, "hooks"), TimeProvider.System).Run)
    .AddSingleton<IImageStorage>(new ImageFiles(
        Path.Combine(settings.DatastorePath, "1"), new DownloadRules { PrivateAddresses = settings.PrivateDownloads }))
    .AddSingleton(profiles)
    .AddSingleton<ImageImports>()
    .AddSingleton<AppPublications>()
    .AddSingleton<Founding>()
    .AddSingleton<NewGuid>(Guid.NewGuid)
    .AddSingleton(new PoweredAppliance.Api.Operations.HostDefaults(settings.DatastorePath))
    .AddControlPlane(
        new(settings.RemotingHostname, settings.RemotingPort, settings.Seeds), journal,
        new() { Cipher = new(Secret.Bytes(Path.Combine(settings.Data, "one_key"), AttributeCipher.KeyBytes)), ZoneName = settings.ZoneName, QuotaVmAttributes = settings.QuotaVmAttributes, DefaultPrices = settings.DefaultPrices, Placement = settings.Placement, ReadEvery = TimeSpan.FromSeconds(settings.ReadEverySeconds), SilentAfter = TimeSpan.FromSeconds(settings.SilentAfterSeconds) })
    .AddSingleton(services => Facts(services, settings, started))
    .AddPoweredApi(settings.Authentication)
    .AddHostedService<Readiness>()
    .AddHostedService<StoreMeasuring>();

try
{
    var app = builder.Build();
    if (settings.KillFile.Length > 0)
        app.Services.GetRequiredService<Meters>().OnStored = stored =>
        {
            if (File.Exists(settings.KillFile) && stored >= long.Parse(File.ReadAllText(settings.KillFile), System.Globalization.CultureInfo.InvariantCulture))
                System.Diagnostics.Process.GetCurrentProcess().Kill();
        };
    app.UsePoweredApi();
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
{
    Console.Error.WriteLine($"poweredd: {e.Message}; another program listens there (settings XmlRpc:Port, Grpc:Port, Rest:Port, OneFlow:Port and OneGate:Port choose others)");
    return 1;
}

// Null: nobody listens, so guests get no tokens.
static OneGateDoor? OneGateDoor(Settings settings, GuestSecret guests) => !settings.OneGate.IsOn
    ? null
    : new(
        settings.OneGateEndpoint.Length > 0 ? settings.OneGateEndpoint : $"http://{settings.OneGate.Address}:{settings.OneGate.Port}",
        (vm, start) => GuestToken.Of(guests.Bytes, vm, start));

static ApiFacts Facts(IServiceProvider services, Settings settings, DateTimeOffset started)
{
    var host = settings.Rest.Address is "0.0.0.0" or "127.0.0.1" ? "localhost" : settings.Rest.Address;
    var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["xmlrpc"] = $"http://{host}:{settings.XmlRpc.Port}/RPC2",
        ["rest"] = $"http://{host}:{settings.Rest.Port}{PoweredAppliance.Client.Routes.Root}",
        ["metrics"] = $"http://{host}:{settings.Rest.Port}/metrics",
        ["openapi"] = $"http://{host}:{settings.Rest.Port}/openapi/v1.json",
    };
    if (settings.Grpc.Port > 0)
        addresses["grpc"] = $"{host}:{settings.Grpc.Port}";
    return new(
        addresses,
        settings.ConnectionString.Length > 0 ? "PostgreSQL" : "SQLite", started, () =>
            [.. services.GetRequiredService<Cloud>().Controllers().Select(c => new PoweredAppliance.Client.Wire.Controller(c.Address, c.Status, c.Leader, c.Self))]);
}
