using System.Collections.Concurrent;

namespace LibvirtSharp.Tests.RealQemu;

/// <summary>Two daemons; the guest's memory goes through a socket file, since their networks do not meet.</summary>
public sealed class RealMigrationTests(QemuHost hosts) : RealQemuTests(hosts)
{
    [Fact]
    public void A_running_guest_moves_to_another_host_and_back()
    {
        using var other = Hosts.Other.Open();
        var domain = Run("moves");
        var heard = new ConcurrentQueue<DomainNotice>();
        using var subscription = Connect.Subscribe<DomainNotice>(heard.Enqueue, only: domain);
        var socket = Path.Combine(Path.GetTempPath(), $"libvirtsharp-{Environment.ProcessId}.migration");

        using var there = domain.Migrate3(other, new TypedParameters { { MigrateKeys.Uri, "unix://" + socket } },
            DomainMigrateFlags.Live | DomainMigrateFlags.PersistDest | DomainMigrateFlags.UndefineSource);

        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Migrated), there.GetState());
        Assert.Null(Connect.FindDomainByName("moves"));
        Eventually.True(() => heard.OfType<JobCompletedNotice>().Any(), "the end of the migration is told");
        Assert.Equal(DomainJobOperation.MigrationOut, heard.OfType<JobCompletedNotice>().First().Stats.Operation);
        Assert.Contains(heard.OfType<MigrationIterationNotice>(), n => n.Iteration >= 1);
        Eventually.True(() => heard.OfType<DomainLifecycleNotice>().Any(n =>
            n is { Event: DomainEventType.Stopped, Detail: (int)DomainEventStoppedDetailType.Migrated }), "the guest has left");

        using var back = there.Migrate3(Connect, new TypedParameters { { MigrateKeys.Uri, "unix://" + socket } },
            DomainMigrateFlags.Live | DomainMigrateFlags.PersistDest | DomainMigrateFlags.UndefineSource);
        Assert.Equal((DomainState.Running, (int)DomainRunningReason.Migrated), back.GetState());
        Assert.Null(other.FindDomainByName("moves"));
    }

    [Fact]
    public void A_guest_is_not_moved_to_the_host_that_it_is_on()
    {
        var domain = Run("stays");

        var failure = Assert.Throws<LibvirtException>(
            () => domain.MigrateToUri3(Hosts.Host.Uri, null, DomainMigrateFlags.Live | DomainMigrateFlags.Peer2peer));

        Assert.Equal("virDomainMigrateToURI3", failure.Function);
        Assert.Equal(DomainState.Running, domain.GetState().State);
    }

    [Fact]
    public void Limits_of_a_migration_are_set_and_read()
    {
        var domain = Run("limits");

        domain.MigrateSetMaxSpeed(7);
        domain.MigrateSetMaxDowntime(123);

        Assert.Equal((7UL, 123UL), (domain.MigrateGetMaxSpeed(), domain.MigrateGetMaxDowntime()));
    }
}
