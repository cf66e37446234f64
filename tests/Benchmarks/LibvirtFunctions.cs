using LibvirtSharp.Generator;

namespace Benchmarks;

/// <summary>How many C functions of libvirt's own description LibvirtSharp binds, and how many are neither bound nor excused.</summary>
internal static class LibvirtFunctions
{
    public static Task Run()
    {
        var api = ApiDescription.TryRead()
            ?? throw new BenchmarkException($"no API description in {ApiDescription.DefaultFolder}: install libvirt-dev");
        var functions = ApiCoverage.Compare(api, typeof(LibvirtSharp.LibvirtException).Assembly)["functions"];
        foreach (var name in functions.Unbound)
            Console.WriteLine($"unbound: {name}");
        Figure.Print("libvirt_functions_bound", functions.Bound, "functions");
        Figure.Print("libvirt_functions_unbound", functions.Unbound.Count, "functions");
        return Task.CompletedTask;
    }
}
