using System.Globalization;
using PoweredAppliance.Core.Accounting;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.Xml;

/// <summary>SHOWBACK of one VM and month. Amounts are whole, or have two decimals.</summary>
internal static class ShowbackElements
{
    public static void Write(DocumentWriter to, VirtualMachine vm, (string User, string Group) owner, MonthlyCost cost)
    {
        to.Open("SHOWBACK");
        to.Number("VMID", vm.Id.Value);
        to.Text("VMNAME", vm.Name);
        to.Number("UID", vm.Owner.User.Value);
        to.Number("GID", vm.Owner.Group.Value);
        to.Text("UNAME", owner.User);
        to.Text("GNAME", owner.Group);
        to.Number("YEAR", cost.Year);
        to.Number("MONTH", cost.Month);
        to.Text("CPU_COST", Amount(cost.Cpu));
        to.Text("MEMORY_COST", Amount(cost.Memory));
        to.Text("DISK_COST", Amount(cost.Disk));
        to.Text("TOTAL_COST", Amount(cost.Total));
        to.Text("HOURS", Amount(cost.Hours));
        to.Text("RHOURS", Amount(cost.RunningHours));
        to.Close("SHOWBACK");
    }

    private static string Amount(decimal amount) =>
        amount.ToString(amount == decimal.Truncate(amount) ? "0" : "0.00", CultureInfo.InvariantCulture);
}
