namespace LibvirtSharp.Tests.TestDriver;

/// <summary>A made-up host of one's own: unlike test:///default, which all connections of a process share, each opening of a
/// file is another host.</summary>
internal static class TestHost
{
    public static Connect Open() => Connect.Open("test://" + Path.Combine(AppContext.BaseDirectory, "TestDriver", "host.xml"));
}
