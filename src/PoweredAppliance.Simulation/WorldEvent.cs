using System.Collections.Immutable;
using System.Text.Json.Serialization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Drivers;

namespace PoweredAppliance.Simulation;

/// <summary>One thing that happened to simulated hardware. The world is the fold of these; they are kept as lines of JSON.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(Powered), "powered")]
[JsonDerivedType(typeof(FileMade), "file-made")]
[JsonDerivedType(typeof(FileRemoved), "file-removed")]
[JsonDerivedType(typeof(DomainDefined), "domain-defined")]
[JsonDerivedType(typeof(DomainChanged), "domain-changed")]
[JsonDerivedType(typeof(DomainUndefined), "domain-undefined")]
[JsonDerivedType(typeof(DomainMoved), "domain-moved")]
[JsonDerivedType(typeof(StepEnded), "step-ended")]
public abstract record WorldEvent(DateTimeOffset At, string Machine)
{
    /// <summary>The machine itself got or lost power; without it every guest is off.</summary>
    public sealed record Powered(DateTimeOffset At, string Machine, bool On) : WorldEvent(At, Machine);

    /// <summary>A file is there from now on, stamped with this owner and generation. Owner null: an image, shared by VMs.</summary>
    public sealed record FileMade(DateTimeOffset At, string Machine, string Path, Owner? Owner, int Generation, long Mebibytes)
        : WorldEvent(At, Machine)
    {
        /// <summary>It came from another machine, where the VM may go on as it was: nothing was begun with this generation.</summary>
        public bool IsCopy { get; init; }
    }

    public sealed record FileRemoved(DateTimeOffset At, string Machine, string Path, Owner? Owner) : WorldEvent(At, Machine);

    /// <param name="Owner">null: a wild domain</param>
    /// <param name="Port">of its graphics, 0: none</param>
    /// <param name="Files">what it has open while it runs</param>
    public sealed record DomainDefined(
        DateTimeOffset At, string Machine, string Name, Owner? Owner, int Generation, Guid Uuid, int Vcpu,
        long MemoryMebibytes, int Port, ImmutableArray<string> Files) : WorldEvent(At, Machine);

    public sealed record DomainChanged(DateTimeOffset At, string Machine, string Name, DomainPower Power, string Reason)
        : WorldEvent(At, Machine);

    public sealed record DomainUndefined(DateTimeOffset At, string Machine, string Name) : WorldEvent(At, Machine);

    /// <summary>A guest went live to another machine: from one moment to the next it is there and its domain here is gone.</summary>
    public sealed record DomainMoved(
        DateTimeOffset At, string Machine, string Name, string To, int Generation, int Port, ImmutableArray<string> Files) : WorldEvent(At, Machine);

    /// <summary>For the trail alone: a step was asked and ended so. Error null: done.</summary>
    public sealed record StepEnded(DateTimeOffset At, string Machine, Owner Owner, int Generation, VmStep Kind, string? Error)
        : WorldEvent(At, Machine);
}

/// <summary>A VM of one deployment: ids of two deployments on one host are different VMs.</summary>
public readonly record struct Owner(Guid Deployment, int Vm)
{
    [JsonIgnore]
    public VmId Id => new(Vm);

    public override string ToString() => $"VM {Vm}";
}
