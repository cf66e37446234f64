namespace PoweredAppliance.Daemon;

/// <summary>Two daemons on one embedded journal would each believe to be alone; the kernel gives the lock back when a process dies.</summary>
internal static class DataLock
{
    public static FileStream? Take(string data)
    {
        try
        {
            return new FileStream(Path.Combine(data, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
