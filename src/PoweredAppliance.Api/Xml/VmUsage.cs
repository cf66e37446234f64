using System.Globalization;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>What the VMs of each user and group take, counted as OpenNebula's quotas count it: all that are not DONE, and those that
/// run or are about to. oneadmin and its group are not counted.</summary>
internal sealed class VmUsage
{
    private readonly Dictionary<int, Sum> _users = [];
    private readonly Dictionary<int, Sum> _groups = [];

    public VmUsage(Inventory inventory)
    {
        foreach (var vm in inventory.Vms.Ascending())
        {
            if (vm.State is VmState.Done)
                continue;
            var one = Sum.Of(vm);
            Add(_users, vm.Owner.User.Value, one);
            Add(_groups, vm.Owner.Group.Value, one);
        }
    }

    public Sum? OfUser(int id) => _users.TryGetValue(id, out var sum) ? sum : null;

    public Sum? OfGroup(int id) => _groups.TryGetValue(id, out var sum) ? sum : null;

    private static void Add(Dictionary<int, Sum> sums, int id, Sum one)
    {
        if (id != 0)
            sums[id] = sums.GetValueOrDefault(id) + one;
    }

    /// <param name="Cpu">cores</param>
    /// <param name="Memory">MB</param>
    /// <param name="Disk">MB</param>
    public readonly record struct Sum(int Vms, decimal Cpu, long Memory, long Disk, int RunningVms, decimal RunningCpu, long RunningMemory)
    {
        public static Sum operator +(Sum a, Sum b) => new(
            a.Vms + b.Vms, a.Cpu + b.Cpu, a.Memory + b.Memory, a.Disk + b.Disk,
            a.RunningVms + b.RunningVms, a.RunningCpu + b.RunningCpu, a.RunningMemory + b.RunningMemory);

        public static Sum Of(VirtualMachine vm)
        {
            var room = Specification.Room(vm.Template);
            var cpu = decimal.TryParse(vm.Template["CPU"], NumberStyles.Number, CultureInfo.InvariantCulture, out var cores) ? cores : 0;
            var memory = room.MemoryKibibytes / 1024;
            var runs = vm.State is VmState.Pending or VmState.Hold or VmState.Cloning or VmState.CloningFailure or VmState.Active;
            return new(1, cpu, memory, room.DiskMebibytes, runs ? 1 : 0, runs ? cpu : 0, runs ? memory : 0);
        }

        /// <summary>VM_QUOTA's one VM: each limit -1, the default, which is none; beside it what is used.</summary>
        public void WriteTo(DocumentWriter to)
        {
            to.Open("VM");
            foreach (var (name, used) in (ReadOnlySpan<(string Name, decimal Used)>)
            [
                ("CPU", Cpu), ("MEMORY", Memory), ("PCI_DEV", 0), ("PCI_NIC", 0), ("RUNNING_CPU", RunningCpu), ("RUNNING_MEMORY", RunningMemory),
                ("RUNNING_PCI_DEV", 0), ("RUNNING_PCI_NIC", 0), ("RUNNING_VMS", RunningVms), ("SYSTEM_DISK_SIZE", Disk), ("VMS", Vms),
            ])
            {
                to.CData(name, -1);
                to.CData(name + "_USED", used);
            }

            to.Close("VM");
        }
    }
}
