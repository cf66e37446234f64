using System.Collections.Immutable;
using PoweredAppliance.Core.Networks;

namespace PoweredAppliance.Core.Drivers;

public enum TrafficProtocol { All, Tcp, Udp, Icmp, Icmpv6, Esp }

/// <summary>Ports in a row, both ends of it.</summary>
public readonly record struct PortRange(int First, int Last);

/// <summary>Addresses of one family in a row, both ends of it.</summary>
public readonly record struct AddressSpan(Address First, Address Last)
{
    public AddressKind Kind => First.Kind;
}

/// <summary>What is let through.</summary>
/// <param name="Inbound">true: towards the guest; false: from it</param>
/// <param name="Ports">of the receiver; empty: all</param>
/// <param name="IcmpType">null: all, with any code</param>
/// <param name="Peers">whom it comes from, or goes to; empty: everybody</param>
public sealed record TrafficRule(bool Inbound, TrafficProtocol Protocol, ImmutableArray<PortRange> Ports, int? IcmpType, ImmutableArray<AddressSpan> Peers);

/// <summary>What a host lets through a NIC; what belongs to a connection that was let through always is.</summary>
/// <param name="Guarded">what no rule names is dropped; false: everything passes</param>
/// <param name="OwnMac">nothing leaves the guest with another MAC than the NIC's; null: it may have any</param>
/// <param name="OwnAddresses">nothing leaves the guest from other IP addresses than these; null: it may have any</param>
public sealed record NicFilter(bool Guarded, ImmutableArray<TrafficRule> Rules, Address? OwnMac, ImmutableArray<Address>? OwnAddresses);

/// <summary>How much a NIC carries in one direction. KiB/s, the burst in KiB; 0: not said.</summary>
public readonly record struct Bandwidth(long Average, long Peak, long Burst);
