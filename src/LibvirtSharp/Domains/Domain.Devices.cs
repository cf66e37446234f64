namespace LibvirtSharp;

public sealed unsafe partial class Domain
{
    /// <summary>virDomainAttachDeviceFlags: without flags, the running domain if it runs, else its definition.</summary>
    public void AttachDevice(string xml, DomainDeviceModifyFlags flags = 0)
        => Check.Ok(Interop.virDomainAttachDeviceFlags(_handle, xml, (uint)flags));

    /// <summary>virDomainDetachDeviceFlags: the guest must agree, and may do so after this has returned:
    /// <see cref="DeviceRemovedNotice"/> says when it is done, <see cref="DeviceRemovalFailedNotice"/> that it was refused.</summary>
    public void DetachDevice(string xml, DomainDeviceModifyFlags flags = 0)
        => Check.Ok(Interop.virDomainDetachDeviceFlags(_handle, xml, (uint)flags));

    /// <summary>virDomainDetachDeviceAlias: asks and returns at once.</summary>
    public void DetachDeviceByAlias(string alias, DomainDeviceModifyFlags flags = 0)
        => Check.Ok(Interop.virDomainDetachDeviceAlias(_handle, alias, (uint)flags));

    /// <summary>virDomainUpdateDeviceFlags: changes what can be changed on a device that is there (medium, link, password, ...).</summary>
    public void UpdateDevice(string xml, DomainDeviceModifyFlags flags = 0)
        => Check.Ok(Interop.virDomainUpdateDeviceFlags(_handle, xml, (uint)flags));

    /// <summary>virDomainSetMetadata. <paramref name="metadata"/> null removes it. <paramref name="key"/> and
    /// <paramref name="uri"/> are the XML namespace's prefix and name, for <see cref="DomainMetadataType.Element"/> only.</summary>
    public void SetMetadata(DomainMetadataType type, string? metadata, string? key = null, string? uri = null,
        DomainModificationImpact flags = 0)
        => Check.Ok(Interop.virDomainSetMetadata(_handle, (int)type, metadata, key, uri, (uint)flags));

    /// <summary>virDomainGetMetadata; null when there is none.</summary>
    public string? GetMetadata(DomainMetadataType type, string? uri = null, DomainModificationImpact flags = 0)
    {
        try
        {
            return Check.Text(Interop.virDomainGetMetadata(_handle, (int)type, uri, (uint)flags));
        }
        catch (LibvirtException e) when (e.Code is ErrorNumber.NoDomainMetadata)
        {
            return null;
        }
    }

    /// <summary>virDomainGetSecurityLabelList</summary>
    public IReadOnlyList<(string Label, bool Enforcing)> GetSecurityLabels()
    {
        virSecurityLabel* labels;
        var count = Check.Ok(Interop.virDomainGetSecurityLabelList(_handle, &labels));
        var all = new (string, bool)[count];
        for (var i = 0; i < count; i++)
            all[i] = (CText.Fixed(labels[i].label, 4097), labels[i].enforcing != 0);
        System.Runtime.InteropServices.NativeMemory.Free(labels);
        return all;
    }

    /// <summary>virDomainGetLaunchSecurityInfo (<see cref="DomainLaunchSecurityKeys"/>)</summary>
    public TypedParameters GetLaunchSecurityInfo()
    {
        virTypedParameter* parameters;
        int count;
        Check.Ok(Interop.virDomainGetLaunchSecurityInfo(_handle, &parameters, &count, 0));
        return TypedParameters.Owned(parameters, count);
    }

    /// <summary>virDomainSetLaunchSecurityState (<see cref="DomainLaunchSecurityKeys"/>)</summary>
    public void SetLaunchSecurityState(TypedParameters parameters)
    {
        using var native = new CTypedParameters(parameters);
        Check.Ok(Interop.virDomainSetLaunchSecurityState(_handle, native.Pointer, native.Count, 0));
    }
}
