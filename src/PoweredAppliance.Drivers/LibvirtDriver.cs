using System.Text;
using LibvirtSharp;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Changes;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Libvirt;

namespace PoweredAppliance.Drivers;

/// <summary>
/// A host that libvirt drives. Two connections: short calls (readings, notices, power buttons) and long work (files,
/// starts, saves), so that a host which is busy with the second never looks dead to the first.
/// </summary>
public sealed class LibvirtDriver : IHostDriver
{
    private const int QuickWidth = 3;

    /// <summary>libvirtd works on five requests of a connection at a time (max_client_requests).</summary>
    private const int WorkWidth = 5;

    private readonly HostAddress _address;
    private readonly LibvirtDriverOptions _options;
    private readonly HostConnection _quick;
    private readonly HostConnection _work;
    private readonly HostPools _pools;
    private readonly ImageStore _images;
    private readonly VmFilesOnHost _files;
    private readonly HostObserver _observer;
    private readonly DomainGuard _guard;
    private readonly DomainSteps _domains;
    private readonly CheckpointSteps _checkpoints;
    private readonly ShutdownStep _shutdown;
    private readonly ChangeSteps _changes;
    private readonly ReceiveStep _receive;
    private readonly MigrateStep _migrate;
    private readonly HostNotices _notices;

    public LibvirtDriver(HostAddress address, LibvirtDriverOptions options)
    {
        (_address, _options) = (address, options);
        _pools = new(address);
        _images = new(_pools, options.Time);
        _files = new(_pools, options.OneGate, options.Time);
        var filters = new NicFilters(address);
        _observer = new(address, _pools, filters, options, IsThisMachine(address.Uri));
        _guard = new(address);
        _notices = new(_observer);
        _domains = new(address, _pools, _files, _guard, filters, _observer, options);
        _checkpoints = new(address, _pools, _files, _guard, _domains);
        _quick = new(address, "quick", QuickWidth, options, _notices.ListenTo, _notices.Lost);
        _work = new(address, "work", WorkWidth, options, _ => { }, _ => { });
        _shutdown = new(_quick, _guard, options);
        _receive = new(_pools, _images, _files, _guard, _work, options);
        _migrate = new(address, _pools, filters, _quick, _work, options);
        _changes = new(_pools, _images, _files, _guard, _domains, filters, options, _work, _quick);
    }

    public Task<HostFacts> Inspect(CancellationToken stop) => Refusing(_quick.Run(
        "inspect", _options.InspectDeadline, (connect, _) => HostInspection.Read(connect, _pools, _options, IsThisMachine(_address.Uri)), stop));

    public Task<HostReading> Read(CancellationToken stop) =>
        Refusing(_quick.Run("read", _options.CallDeadline, _observer.Read, stop));

    public async Task<StepOutcome> Perform(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        try
        {
            await _quick.Ensure(stop).ConfigureAwait(false); // what the step brings about is told there
            return await (step.Kind switch
            {
                VmStep.Prolog => Prolog(step, progress, stop),
                VmStep.Boot => Step(step, _options.StepDeadline, (c, given) => _domains.Boot(c, step, given), stop),
                VmStep.Shutdown => _shutdown.Perform(step, () => _notices.Next(step.Spec.Uuid), progress, stop),
                VmStep.ShutdownHard => Step(step, _options.StepDeadline, (c, _) => _domains.ShutdownHard(c, step), stop),
                VmStep.Save => Save(step, progress, stop),
                VmStep.Restore => Step(step, _options.LongDeadline, (c, given) => _checkpoints.Restore(c, step, given), stop),
                VmStep.Reboot => Step(step, _options.StepDeadline, (c, _) => _domains.Reboot(c, step), stop),
                VmStep.Reset => Step(step, _options.StepDeadline, (c, _) => _domains.Reset(c, step), stop),
                VmStep.Undefine => Step(step, _options.StepDeadline, (c, _) => _domains.Undefine(c, step), stop),
                VmStep.Cleanup => Step(
                    step, PersistentCopies.Of(step.Spec).Any() ? _options.LongDeadline : _options.StepDeadline,
                    (c, given) => _domains.Cleanup(c, step, progress, given), stop),
                VmStep.Adopt => Step(step, _options.StepDeadline, (c, _) => _domains.Adopt(c, step), stop),
                VmStep.Filter => _changes.Filter(step, stop),
                VmStep.AwaitCommand => _changes.AwaitCommand(step, stop),
                VmStep.Change => _changes.Perform(step, progress, stop),
                VmStep.Withdraw => Task.FromResult(StepOutcome.Ok()),
                VmStep.Receive => _receive.Perform(step, progress, stop),
                VmStep.Migrate => _migrate.Perform(step, progress, stop),
                _ => throw new ArgumentOutOfRangeException(nameof(step), step.Kind, "a step this driver has never heard of"),
            }).ConfigureAwait(false);
        }
        catch (LibvirtException why)
        {
            return StepOutcome.Fail($"{why.Message}{Hint(why)}");
        }
        catch (HostRefusedException why)
        {
            return StepOutcome.Fail(why.Message);
        }
        catch (DomainSpecException why)
        {
            return StepOutcome.Fail(why.Message, retriable: false);
        }
    }

    private Task<StepOutcome> Step(HostStep step, TimeSpan deadline, Func<Connect, CancellationToken, StepOutcome> work, CancellationToken stop) =>
        _work.Run($"{step.Kind} of VM {step.Vm}", deadline, work, stop);

    private async Task<StepOutcome> Prolog(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        var refusal = await _work.Run($"look for VM {step.Vm}", _options.StepDeadline, (connect, _) =>
        {
            using var found = _guard.Look(connect, step, olderGoes: true);
            return found.Refusal;
        }, stop).ConfigureAwait(false);
        if (refusal is not null)
            return refusal;
        foreach (var disk in step.Spec.Disks)
            await _images.Bring(_work, _options, step.Vm, disk, progress, stop).ConfigureAwait(false);
        return await Step(step, _options.StepDeadline, (connect, given) =>
        {
            _files.Make(connect, step.Spec, given);
            return StepOutcome.Ok();
        }, stop).ConfigureAwait(false);
    }

    /// <summary>Saves on the work lane, and meanwhile tells how far it is and aborts it when asked to, on the quick one.</summary>
    private async Task<StepOutcome> Save(HostStep step, IProgress<StepProgress> progress, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var saving = Step(step, _options.LongDeadline, (c, given) => _checkpoints.Save(c, step, given), CancellationToken.None);
        try
        {
            return await new JobWatch(_quick, _options, step, "saving memory", progress).While(saving, () => stop.IsCancellationRequested).ConfigureAwait(false);
        }
        catch (LibvirtException why) when (why.Code is ErrorNumber.OperationAborted && stop.IsCancellationRequested)
        {
            throw new OperationCanceledException("the save was aborted; the guest runs on", why, stop);
        }
    }

    public void Listen(Action<HostNotice> onNotice) => _notices.Listen(onNotice);

    public async Task<string> ConsoleLog(VmId vm, int maxBytes, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        var tail = await Refusing(_quick.Run(
            $"console log of VM {vm}", _options.CallDeadline, (connect, given) => _files.ConsoleTail(connect, vm, maxBytes, given), stop)).ConfigureAwait(false);
        return Encoding.UTF8.GetString(tail);
    }

    public Task<Stream> OpenConsole(VmId vm, CancellationToken stop) => Refusing(_quick.Run<Stream>($"console of VM {vm}", _options.CallDeadline, (connect, _) =>
    {
        using var domain = connect.FindDomainByName(VmFiles.Domain(vm))
            ?? (_observer.UuidOf(vm) is { } uuid ? connect.FindDomainByUuid(uuid) : null) ?? throw new HostRefusedException($"VM {vm} is not on host {_address.Name}");
        if (DomainMetadata.Of(DomainMetadata.Parse(domain.GetXmlDesc())) is not { } stamp || stamp.Deployment != _address.Deployment || stamp.Vm != vm)
            throw new HostRefusedException($"host {_address.Name} has a domain {domain.Name} that is not of this appliance");
        var stream = connect.NewStream(StreamFlags.Nonblock);
        try
        {
            domain.OpenConsole(stream, flags: DomainConsoleFlags.Force); // a viewer that vanished must not lock others out
            return new GuestConsole(stream.AsStream(), _options.Time);
        }
        catch (LibvirtException)
        {
            stream.Dispose();
            throw;
        }
    }, stop));

    private async Task<T> Refusing<T>(Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (LibvirtException why)
        {
            throw new HostRefusedException($"host {_address.Name}: {why.Message}{Hint(why)}", why);
        }
    }

    private static string Hint(LibvirtException why) => why.Message.Contains("virtlogd", StringComparison.Ordinal)
        ? " (virtlogd does not run on the host: start it, or set stdio_handler = \"file\" in its qemu.conf)" : "";

    /// <summary>Whether the host's libvirtd is the one of this machine itself, so that files here are files there.</summary>
    internal static bool IsThisMachine(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.Host.Length == 0 && !parsed.Query.Contains("socket=", StringComparison.Ordinal);

    public ValueTask DisposeAsync()
    {
        _notices.Dispose();
        _quick.Dispose();
        _work.Dispose();
        return ValueTask.CompletedTask;
    }
}
