namespace PoweredAppliance.Client.Wire;

/// <summary>
/// The words in <c>POST /vms/{id}/actions/{action}</c> and <c>POST /vms/{id}/recover?operation=</c>, as OpenNebula has
/// them.
/// </summary>
public static class VmActions
{
    public const string Poweroff = "poweroff";
    public const string PoweroffHard = "poweroff-hard";
    public const string Resume = "resume";
    public const string Reboot = "reboot";
    public const string RebootHard = "reboot-hard";
    public const string Suspend = "suspend";
    public const string Stop = "stop";
    public const string Undeploy = "undeploy";
    public const string UndeployHard = "undeploy-hard";
    public const string Terminate = "terminate";
    public const string TerminateHard = "terminate-hard";
    public const string Hold = "hold";
    public const string Release = "release";

    public static IReadOnlyList<string> All { get; } =
    [
        Poweroff, PoweroffHard, Resume, Reboot, RebootHard, Suspend, Stop, Undeploy, UndeployHard,
        Terminate, TerminateHard, Hold, Release,
    ];

    /// <summary>
    /// How a running VM leaves for another host: it runs on while it moves, its memory is saved and goes along, it is shut
    /// down, its plug is pulled. One that does not run goes as it is.
    /// </summary>
    public static IReadOnlyList<string> MigrationWays { get; } = ["live", "save", Poweroff, PoweroffHard];

    /// <summary>The place in the list is OpenNebula's number of the operation.</summary>
    public static IReadOnlyList<string> Recoveries { get; } = ["failure", "success", "retry", "delete", "recreate"];
}
