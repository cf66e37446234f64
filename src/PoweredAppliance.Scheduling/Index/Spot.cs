namespace PoweredAppliance.Scheduling.Index;

/// <summary>Where a host lies in an index: its cell, and its key there.</summary>
/// <param name="Key">the share of the host that is free, and its id</param>
internal readonly record struct Spot(ulong Key, int Row, int Column);
