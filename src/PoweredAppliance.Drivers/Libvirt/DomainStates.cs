using System.Text;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>libvirt's states and reasons in our words.</summary>
internal static class DomainStates
{
    /// <summary>
    /// A guest that libvirt calls crashed is Crashed; one that is off because its emulator died is too. A pause that a save
    /// or a dump makes is short and counts as Paused all the same: it is what can be seen.
    /// </summary>
    internal static DomainPower Power(DomainState state, int reason) => state switch
    {
        DomainState.Running or DomainState.Blocked or DomainState.Nostate or DomainState.Shutdown => DomainPower.Running,
        DomainState.Paused or DomainState.Pmsuspended => (DomainPausedReason)reason is DomainPausedReason.Crashed && state is DomainState.Paused
            ? DomainPower.Crashed : DomainPower.Paused,
        DomainState.Crashed => DomainPower.Crashed,
        _ => (DomainShutoffReason)reason switch
        {
            DomainShutoffReason.Crashed or DomainShutoffReason.Failed => DomainPower.Crashed,
            DomainShutoffReason.Saved => DomainPower.Saved,
            _ => DomainPower.Off,
        },
    };

    /// <summary>Whether a paused domain is one end of a migration: on its way here and not yet a guest, or gone from here but for its end.</summary>
    internal static bool IsArriving(DomainState state, int reason) =>
        state is DomainState.Paused && (DomainPausedReason)reason is DomainPausedReason.Migration or DomainPausedReason.StartingUp;

    /// <summary>The migration that a domain takes part in now; null: in none. libvirt has figures of one only where it comes from.</summary>
    internal static DomainJobOperation? MigrationOf(Domain domain)
    {
        try
        {
            return domain.GetJobStats() is { Type: not DomainJobType.None, Operation: DomainJobOperation.MigrationOut or DomainJobOperation.MigrationIn } job
                ? job.Operation : null;
        }
        catch (LibvirtException why) when (why.Code is ErrorNumber.OperationUnsupported && domain.IsActive)
        {
            return DomainJobOperation.MigrationIn;
        }
    }

    /// <summary>The reason in lower-case words, such as <c>io error</c>; the state's name where there is none.</summary>
    internal static string Reason(DomainState state, int reason) => state switch
    {
        DomainState.Running or DomainState.Blocked => Words<DomainRunningReason>(reason),
        DomainState.Paused => Words<DomainPausedReason>(reason),
        DomainState.Shutdown => "shutting down",
        DomainState.Shutoff => Words<DomainShutoffReason>(reason),
        DomainState.Crashed => Words<DomainCrashedReason>(reason),
        DomainState.Pmsuspended => "suspended by the guest",
        _ => "no state",
    };

    /// <summary>What happened, such as <c>stopped (failed)</c>.</summary>
    internal static string Event(DomainEventType kind, int detail) => kind switch
    {
        DomainEventType.Defined => Said(kind, Words<DomainEventDefinedDetailType>(detail)),
        DomainEventType.Undefined => Said(kind, Words<DomainEventUndefinedDetailType>(detail)),
        DomainEventType.Started => Said(kind, Words<DomainEventStartedDetailType>(detail)),
        DomainEventType.Suspended => Said(kind, Words<DomainEventSuspendedDetailType>(detail)),
        DomainEventType.Resumed => Said(kind, Words<DomainEventResumedDetailType>(detail)),
        DomainEventType.Stopped => Said(kind, Words<DomainEventStoppedDetailType>(detail)),
        DomainEventType.Shutdown => Said(kind, Words<DomainEventShutdownDetailType>(detail)),
        DomainEventType.Crashed => Said(kind, Words<DomainEventCrashedDetailType>(detail)),
        _ => Split(kind.ToString()),
    };

    private static string Said(DomainEventType kind, string detail) => $"{Split(kind.ToString())} ({detail})";

    private static string Words<T>(int value) where T : struct, Enum
    {
        var reason = (T)Enum.ToObject(typeof(T), value);
        return Enum.IsDefined(reason) ? Split(reason.ToString()) : $"reason {value}";
    }

    private static string Split(string pascal)
    {
        if (pascal is "Ioerror")
            return "io error";
        var text = new StringBuilder(pascal.Length + 4);
        foreach (var c in pascal)
        {
            if (char.IsUpper(c) && text.Length > 0)
                text.Append(' ');
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }
}
