using System.Globalization;
using System.Text;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Simulation;

/// <summary>
/// What simulated guests know to execute: <c>echo WORDS</c>, <c>cat</c>, <c>sleep SECONDS</c>, <c>true</c> and <c>false</c>; of anything else they say that
/// there is no such program.
/// </summary>
internal static class SimulatedCommand
{
    private const int NotFound = 127, FirstPid = 1000;

    internal static CommandReport Begun(VmChange.Execute what) => new(FirstPid + what.Run);

    internal static TimeSpan Takes(GuestCommand command) => GuestCommand.Words(command.Command) is ["sleep", var seconds]
        && double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var time)
            ? TimeSpan.FromSeconds(time) : TimeSpan.Zero;

    internal static CommandReport Ended(GuestCommand command) => GuestCommand.Words(command.Command) switch
    {
        ["echo", .. var words] => new(command.Pid, 0, Base64(string.Join(' ', words) + "\n")),
        ["cat"] => new(command.Pid, 0, command.Stdin),
        ["sleep", _] or ["true"] => new(command.Pid, 0),
        ["false"] => new(command.Pid, 1),
        var words => new(command.Pid, NotFound, "", Base64($"{words?[0]}: not found\n")),
    };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
