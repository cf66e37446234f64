namespace LibvirtSharp;

/// <summary>What libvirt said when a call failed. libvirt keeps its last error per thread, so it is read at once, on the
/// thread that made the call.</summary>
public sealed class LibvirtException : Exception
{
    internal LibvirtException(ErrorDomain domain, ErrorNumber code, ErrorLevel level, string function, string message)
        : base(message)
        => (Domain, Code, Level, Function) = (domain, code, level, function);

    /// <summary>The part of libvirt that the error came from.</summary>
    public ErrorDomain Domain { get; }

    /// <summary>What went wrong, for programs: <see cref="ErrorNumber.NoDomain"/>, <see cref="ErrorNumber.OperationInvalid"/>, ...</summary>
    public ErrorNumber Code { get; }

    public ErrorLevel Level { get; }

    /// <summary>The C function that was called, such as virDomainCreateWithFlags.</summary>
    public string Function { get; }

    /// <summary>True when the thing that was asked for is not there.</summary>
    public bool IsNotFound => Code is ErrorNumber.NoDomain or ErrorNumber.NoNetwork or ErrorNumber.NoStoragePool
        or ErrorNumber.NoStorageVol or ErrorNumber.NoSecret or ErrorNumber.NoNodeDevice or ErrorNumber.NoNwfilter
        or ErrorNumber.NoNwfilterBinding or ErrorNumber.NoInterface or ErrorNumber.NoDomainSnapshot
        or ErrorNumber.NoDomainCheckpoint or ErrorNumber.NoDomainMetadata or ErrorNumber.NoNetworkPort or ErrorNumber.NoServer or ErrorNumber.NoClient;

    /// <summary>True when the driver behind the connection does not have this at all.</summary>
    public bool IsNotSupported => Code is ErrorNumber.NoSupport or ErrorNumber.OperationUnsupported
        or ErrorNumber.ConfigUnsupported or ErrorNumber.ArgumentUnsupported;

    public override string ToString() => $"{Function}: {Message} ({Domain}, {Code}, {Level}){Environment.NewLine}{StackTrace}";

    /// <summary>The error of the C call that has just failed on this thread.</summary>
    internal static unsafe LibvirtException Last(string function)
    {
        var error = Interop.virGetLastError();
        if (error is null)
            return new(ErrorDomain.None, ErrorNumber.Ok, ErrorLevel.Error, function, "the call failed and libvirt gave no reason");

        var message = CText.Borrowed(error->message) ?? "libvirt gave no message";
        return new((ErrorDomain)error->domain, (ErrorNumber)error->code, (ErrorLevel)error->level, function, message);
    }
}
