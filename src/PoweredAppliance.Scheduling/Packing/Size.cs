namespace PoweredAppliance.Scheduling.Packing;

/// <summary>So much cpu and memory: of a host, what is free on it, or what a VM asks for.</summary>
/// <param name="CpuPercent">100 = one core</param>
public readonly record struct Size(long CpuPercent, long Mebibytes)
{
    public bool Holds(in Size asked) => CpuPercent >= asked.CpuPercent && Mebibytes >= asked.Mebibytes;

    public static Size operator +(in Size a, in Size b) => new(a.CpuPercent + b.CpuPercent, a.Mebibytes + b.Mebibytes);

    public static Size operator -(in Size a, in Size b) => new(a.CpuPercent - b.CpuPercent, a.Mebibytes - b.Mebibytes);
}

/// <summary>What a rule is told about a host.</summary>
/// <param name="Vms">VMs on it</param>
/// <param name="OldestSeconds">how long its oldest VM has been running</param>
public readonly record struct HostFill(Size Total, Size Free, int Vms, long OldestSeconds);

/// <summary>What a rule is told about a VM that asks for a host.</summary>
/// <param name="ExpectedSeconds">how long VMs of its size ran, 0: nobody knows; see <see cref="Lifetimes"/></param>
public readonly record struct Wish(Size Size, double ExpectedSeconds);
