using System.Text.RegularExpressions;

namespace Tidy.Rules;

/// <summary>C is called from one place: LibvirtSharp's Interop.</summary>
public static partial class NativeEdge
{
    public static IEnumerable<Finding> Check(SourceFile file)
    {
        if (!file.IsCSharp || file.IsTest)
            yield break;

        var isInterop = file.Under("src/LibvirtSharp") && Interop().IsMatch(file.Code);
        foreach (Match m in Import().Matches(file.Code))
        {
            if (!isInterop && !Exceptions.Allows(file.Path, "LibraryImport, DllImport"))
                yield return new(file.Path, file.LineOf(m.Index), $"{m.Value} belongs into LibvirtSharp's Interop; other C needs an exception with a reason in tests/Tidy");
        }
    }

    [GeneratedRegex("\\b(LibraryImport|DllImport)\\b")]
    private static partial Regex Import();

    [GeneratedRegex("\\bclass\\s+Interop\\b")]
    private static partial Regex Interop();
}
