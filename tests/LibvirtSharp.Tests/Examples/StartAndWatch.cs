using LibvirtSharp;

namespace Examples;

public static class StartAndWatch
{
    /// <summary>Starts a guest, hears of its end, and of the end of the connection.</summary>
    public static async Task Run(string uri, string xml, TextWriter output)
    {
        using var connect = Connect.Open(uri);
        connect.SetKeepAlive(intervalSeconds: 5, count: 3);
        using var closed = connect.RegisterCloseCallback(reason => output.WriteLine($"connection lost: {reason}"));

        var stopped = new TaskCompletionSource<DomainLifecycleNotice>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var domain = connect.DefineXml(xml);
        using var subscription = connect.Subscribe<DomainLifecycleNotice>(notice =>
        {
            // On the event-loop thread: hand over, do not wait.
            if (notice.Event is DomainEventType.Stopped)
                stopped.TrySetResult(notice);
        }, only: domain);

        try
        {
            domain.Create();
            domain.Shutdown();
            var notice = await stopped.Task;
            output.WriteLine($"{notice.Domain.Name} stopped: {(DomainEventStoppedDetailType)notice.Detail}");
        }
        catch (LibvirtException e)
        {
            output.WriteLine($"{e.Function} failed with {e.Code}: {e.Message}");
        }

        domain.Undefine();
    }
}
