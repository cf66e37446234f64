using Akka.Actor;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hosts;

namespace PoweredAppliance.ControlPlane.Hosts;

/// <summary>Asked of a host, answered by its driver; changes nothing.</summary>
public interface IHostQuery { HostId Host { get; } }

public sealed record ReadConsole(HostId Host, VmId Vm, int MaxBytes) : IHostQuery;
public sealed record ConsoleText(string Text);

/// <summary>Answered by <see cref="ConsoleOpened"/>; the stream is of this process.</summary>
public sealed record OpenConsole(HostId Host, VmId Vm) : IHostQuery;
public sealed record ConsoleOpened(Stream Console);

public sealed partial class HostActor
{
    private static readonly TimeSpan ConsoleDeadline = TimeSpan.FromSeconds(20);

    private void Answer(IHostQuery query)
    {
        var (asker, host) = (Sender, _host.Id);
        if (_driver is not { } driver || _phase is not Phase.Up)
        {
            asker.Tell(new HostProtocol.Refused(host, new(ErrorCode.Action, $"Host {_host.Settings?.Name ?? $"{host}"} does not answer: {_silence ?? "it is set aside"}.", ObjectId: host.Value)));
            return;
        }

        Ask().PipeTo(asker);

        async Task<object> Ask()
        {
            using var deadline = new CancellationTokenSource(ConsoleDeadline, Time);
            try
            {
                return query switch
                {
                    ReadConsole read => new ConsoleText(await driver.ConsoleLog(read.Vm, read.MaxBytes, deadline.Token).ConfigureAwait(false)),
                    OpenConsole open => new ConsoleOpened(await driver.OpenConsole(open.Vm, deadline.Token).ConfigureAwait(false)),
                    _ => throw new ArgumentOutOfRangeException(nameof(query), query, "a query this version has never heard of"),
                };
            }
            catch (Exception e) when (e is HostRefusedException or HostUnreachableException or OperationCanceledException)
            {
                return new HostProtocol.Refused(host, new(ErrorCode.Action, e.Message, ObjectId: host.Value));
            }
        }
    }
}
