namespace PoweredAppliance.Scheduling.Devices;

/// <summary>What a VM asks of a host that has devices (GPUs).</summary>
/// <param name="CpuMilli">1000 = one core</param>
/// <param name="Devices">so many of them; 0: none</param>
/// <param name="Share">thousandths of each device, <see cref="DeviceRoom.Whole"/>: all of it</param>
/// <param name="Models">that it can use, with | between them; empty: any</param>
public readonly record struct DeviceWish(long CpuMilli, long Mebibytes, int Devices = 0, int Share = DeviceRoom.Whole, string Models = "")
{
    /// <summary>Thousandths of devices in all.</summary>
    public int Milli => Devices * Share;

    public bool Takes(string model) => Devices == 0 || Models.Length == 0 || Models.Split('|').Contains(model);
}
