using System.Globalization;
using System.Xml.Linq;
using LibvirtSharp;

namespace PoweredAppliance.Drivers.Domains;

/// <summary>
/// What a running domain carries in libvirt's metadata of the newest command that its guest was asked to execute, so that a command whose
/// start was interrupted is not executed twice.
/// </summary>
/// <param name="Run">the command's number among the VM's</param>
/// <param name="Pid">null: the guest was asked, and its answer did not arrive</param>
internal sealed record CommandMark(int Run, long? Pid)
{
    private const string Namespace = "urn:powered-appliance:command:1", Prefix = "powered-command";

    /// <summary>Null: it has none.</summary>
    internal static CommandMark? Of(Domain domain) =>
        domain.GetMetadata(DomainMetadataType.Element, Namespace, DomainModificationImpact.Live) is { } text
        && DomainMetadata.Parse(text) is var mark
        && int.TryParse(mark.Attribute("run")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var run)
            ? new(run, long.TryParse(mark.Attribute("pid")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null)
            : null;

    internal void PutOn(Domain domain) => domain.SetMetadata(
        DomainMetadataType.Element,
        new XElement("command", new XAttribute("run", Run), Pid is { } pid ? new XAttribute("pid", pid) : null).ToString(),
        Prefix, Namespace, DomainModificationImpact.Live);
}
