using CsCheck;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Vms;
using static PoweredAppliance.Core.Vms.VmProtocol;

namespace PoweredAppliance.Core.Tests.Vms;

/// <summary>
/// One VM, three hosts that do what is asked of them, or fail, or do it and the word of it is lost, and people who ask for whatever comes
/// to their mind. At most one copy runs, it starts from the newest files, and in the end all is where it belongs.
/// </summary>
public sealed class MigrationLaws
{
    private static readonly Gen<(int Kind, int A, int B)[]> Story = Gen.Select(Gen.Int[0, 11], Gen.Int[0, 1000], Gen.Int[0, 9]).Array[0, 80];

    [Fact]
    public void Whatever_happens_on_the_way_at_most_one_copy_runs_and_from_the_newest_files() => Story.Sample(story =>
    {
        var world = new World();
        foreach (var said in story)
            world.Happen(said);
        world.Settle();
    }, iter: 20000);

    /// <summary>What is on one host. Disks carry how often a guest has written to them.</summary>
    private sealed class Place
    {
        public (int Generation, bool Runs)? Domain;
        public int? Disk;
        public int? Claim;
    }

    private sealed class World
    {
        private readonly Place[] _places = [new(), new(), new()];
        private VirtualMachine _vm = Sample.Movable(Sample.New());
        private int _writes;
        private int _second;

        public void Happen((int Kind, int A, int B) said)
        {
            ICommand? command = said.Kind switch
            {
                0 => Sample.Ask(new[] { VmAction.Poweroff, VmAction.Resume, VmAction.Suspend, VmAction.TerminateHard, VmAction.Stop }[said.A % 5]),
                1 or 2 or 3 => Sample.To(Sample.Offer(said.A % 3), (MigrationWay)(said.B % 4)),
                4 => said.B < 3 ? Sample.Ask((RecoverOperation)(said.A % 3 == 1 ? 2 : said.A % 3)) : null,
                5 => said.B < 1 ? Sample.Ask(said.A % 2 == 0 ? RecoverOperation.Recreate : RecoverOperation.Delete) : null,
                6 => Look(said.A % 3),
                _ => Work(said.A, said.B),
            };
            if (command is not null)
                Tell(command);
            Check();
        }

        /// <summary>All hosts do all that is asked, until nothing is. Where trying again does not help (a guest that was declared off runs), it is given up.</summary>
        public void Settle()
        {
            for (var i = 0; i < 60 && (_vm.Works.Any() || Lifecycle.RetryOf(_vm.Lcm) is not null); i++)
            {
                Tell(Work(i, 9) ?? Sample.Ask(i < 40 ? RecoverOperation.Retry : RecoverOperation.Failure));
                Check();
            }

            for (var host = 0; host < 3; host++)
                Tell(Look(host));
            Assert.Empty(_vm.Works);
            for (var host = 0; host < 3; host++)
            {
                var (place, here) = (_places[host], (_vm.Host ?? _vm.FilesOn)?.Host.Value == host);
                Assert.True(here || place is { Domain: null, Disk: null }, $"{_vm.Phase} left something on host {host}");
                Assert.True(!here || _vm.Lcm is not LcmState.Running || place.Domain == (_vm.Generation, true), "RUNNING, and it is not");
            }
        }

        private void Check() => Assert.True(_places.Count(p => p.Domain is { Runs: true }) <= 1, $"two copies in {_vm.Phase}");

        private void Tell(ICommand command) => _vm = _vm.Tell(command, ++_second).Vm;

        private ICommand Look(int host)
        {
            var place = _places[host];
            var sighting = place.Domain switch { { Runs: true } => Sighting.Running, { } => Sighting.Off, _ => Sighting.Missing };
            return new Observe(_vm.Id, new(host), place.Domain?.Generation ?? place.Claim ?? 0, sighting, "seen");
        }

        /// <summary>One host does one thing; the word of it may be lost.</summary>
        private ICommand? Work(int which, int luck)
        {
            var all = _vm.Works.ToList();
            if (all.Count == 0)
                return null;
            ICommand? word = all[which % all.Count] switch
            {
                VmWork.FindPlace => new Offer(_vm.Id, _vm.FilesOn ?? Sample.Offer(Free(which))),
                VmWork.Claim claim => Claimed(claim, granted: luck > 1),
                VmWork.Perform work => new StepReport(_vm.Id, work.Generation, work.Transition, work.Step, Do(work, luck)),
                _ => null,
            };
            return luck is 2 or 3 ? null : word;
        }

        /// <summary>A scheduler would find one without an old claim soon.</summary>
        private int Free(int which) => Enumerable.Range(which, 3).Select(n => n % 3).First(n => _vm.Remnants.All(r => r.Host.Host.Value != n));

        private ICommand Claimed(VmWork.Claim claim, bool granted)
        {
            if (!granted)
                return new ClaimRefused(_vm.Id, claim.Generation, "full");
            _places[claim.Host.Value].Claim = claim.Generation;
            return new ClaimGranted(_vm.Id, claim.Generation, 5900);
        }

        private StepOutcome Do(VmWork.Perform work, int luck)
        {
            var here = _places[work.Host.Value];
            if (luck == 0 && work.Step is not VmStep.Migrate)
                return StepOutcome.Fail("it broke");
            switch (work.Step)
            {
                case VmStep.Prolog:
                    Assert.Equal(work.Generation, here.Claim);
                    here.Disk ??= ++_writes;
                    break;
                case VmStep.Boot or VmStep.Restore:
                    Assert.Equal(work.Generation, here.Claim);
                    Assert.Equal(_writes, here.Disk);
                    here.Domain = (work.Generation, true);
                    here.Disk = ++_writes;
                    break;
                case VmStep.Shutdown or VmStep.ShutdownHard or VmStep.Save:
                    here.Domain = here.Domain is { } d ? (d.Generation, false) : null;
                    break;
                case VmStep.Undefine:
                    here.Domain = null;
                    break;
                case VmStep.Cleanup:
                    (here.Domain, here.Disk) = (null, null);
                    break;
                case VmStep.Receive:
                    Assert.Equal(work.Generation, here.Claim);
                    if (_places[work.Peer!.Value.Value] is not { Domain: null or { Runs: false } } from)
                        return StepOutcome.Fail("it runs there");
                    here.Disk = from.Disk;
                    break;
                case VmStep.Migrate:
                    return Migrate(work, here, _places[work.Peer!.Value.Value], luck);
            }

            return StepOutcome.Ok();
        }

        /// <summary>It fails only as long as the guest is here.</summary>
        private StepOutcome Migrate(VmWork.Perform work, Place here, Place there, int luck)
        {
            Assert.Equal(work.Generation, there.Claim);
            if (here.Domain is not { Runs: true })
                return there.Domain == (work.Generation, true) ? StepOutcome.Ok() : StepOutcome.Fail("it does not run");
            if (luck == 0 || _vm.Moving is { GivenUp: true })
                return StepOutcome.Fail("it broke");
            (there.Domain, there.Disk) = ((work.Generation, true), ++_writes);
            here.Domain = null;
            return StepOutcome.Ok();
        }
    }
}
