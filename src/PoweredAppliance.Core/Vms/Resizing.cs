using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Vms;

/// <summary>The template that one.vm.resize takes: CPU, VCPU and MEMORY, each of which may be left out or 0 to stay as it is.</summary>
public static class Resizing
{
    public static (VmChange.Resize? Made, Refusal? Why) Read(Template given)
    {
        foreach (var (name, whole) in new[] { ("CPU", false), ("VCPU", true), ("MEMORY", true) })
            if (Given(given, name) is { } text && !Assembly.IsPositive(text, whole, name is "MEMORY" ? Assembly.MaxMebibytes : Assembly.MaxCpu))
                return (null, Refusal.Bad(name, text, $"{name} must be a positive {(whole ? "integer" : "float or integer")} value."));
        return (new(Number(given, "CPU"), (int?)Number(given, "VCPU"), (long?)Number(given, "MEMORY")), null);
    }

    private static string? Given(Template given, string name) => given[name] is { Length: > 0 } text && Specification.Number(text, -1) != 0 ? text : null;

    private static decimal? Number(Template given, string name) =>
        Given(given, name) is { } text ? Specification.Number(text, 0) : null;
}
