using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane;

/// <summary>Attributes that are stored encrypted are closed on their way to those who store them, whoever gives them.</summary>
public sealed partial class Cloud
{
    /// <summary>The object with its encrypted attributes in the clear.</summary>
    public PooledObject Opened(PooledObject o) => o with { Template = settings.Cipher.Open(o.Kind, o.Template) };

    /// <inheritdoc cref="Opened(PooledObject)"/>
    public VirtualMachine Opened(VirtualMachine vm) => vm with
    {
        Template = settings.Cipher.Open(PoolKind.Template, vm.Template),
        UserTemplate = settings.Cipher.Open(PoolKind.Template, vm.UserTemplate),
    };

    private PoolProtocol.ICommand Closed(PoolProtocol.ICommand command) => command switch
    {
        PoolProtocol.Allocate allocate => allocate with { Template = settings.Cipher.Close(allocate.Kind, allocate.Template) },
        PoolProtocol.Update update => update with { Given = settings.Cipher.Close(update.Kind, update.Given) },
        _ => command,
    };

    private VmProtocol.ICommand Closed(VmProtocol.ICommand command) => command switch
    {
        VmProtocol.Create create => create with
        {
            Template = settings.Cipher.Close(PoolKind.Template, create.Template),
            UserTemplate = settings.Cipher.Close(PoolKind.Template, create.UserTemplate),
        },
        VmProtocol.UpdateConfiguration update => update with { Given = settings.Cipher.Close(PoolKind.Template, update.Given) },
        VmProtocol.UpdateUserTemplate update => update with { Given = settings.Cipher.Close(PoolKind.Template, update.Given) },
        _ => command,
    };
}
