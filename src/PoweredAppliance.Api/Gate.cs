namespace PoweredAppliance.Api;

/// <summary>Closed until everything has recovered: no answer is better than one from half a picture.</summary>
public sealed class Gate
{
    private volatile bool _open;

    public bool IsOpen => _open;

    public void Open() => _open = true;
}
