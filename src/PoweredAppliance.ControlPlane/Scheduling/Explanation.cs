using System.Collections.Immutable;
using PoweredAppliance.Core;
using PoweredAppliance.Scheduling;

namespace PoweredAppliance.ControlPlane.Scheduling;

/// <summary>Why a VM has no host, or stays on one that it is to leave: what the scheduler would do now, found out without doing it.</summary>
/// <param name="Text">one sentence</param>
/// <param name="Hosts">that were looked at</param>
/// <param name="Reasons">that of the most hosts first</param>
/// <param name="Ways">how one move of a VM would make room, the nearest host first</param>
/// <param name="Obstacle">what there is against it before any host is looked at: <c>Quota</c>; null: nothing</param>
public sealed record Explanation(string Text, int Hosts, ImmutableArray<HostReason> Reasons, ImmutableArray<Way> Ways, string? Obstacle = null);
