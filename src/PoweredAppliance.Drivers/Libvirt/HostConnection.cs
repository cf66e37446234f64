using System.Globalization;
using LibvirtSharp;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Lanes;

namespace PoweredAppliance.Drivers.Libvirt;

/// <summary>
/// One connection to a host and the lane that its calls run on. Opened when first needed and again after it broke; an
/// open that hangs is waited for by everybody and repeated only after <see cref="OpenAgainAfter"/>. If it comes back
/// after that, its connection is taken all the same.
/// </summary>
internal sealed class HostConnection : IDisposable
{
    private const int KeepAliveSeconds = 2;
    private const int KeepAliveCount = 2;

    /// <summary>
    /// Opens that may hang for good beside the newest: one whose host lost its power in the middle of it never returns,
    /// and no keepalive stands yet.
    /// </summary>
    private const int OpensWrittenOff = 3;
    private static readonly TimeSpan OpenAgainAfter = TimeSpan.FromSeconds(45);

    private readonly Lock _lock = new();
    private readonly HostAddress _address;
    private readonly LibvirtDriverOptions _options;
    private readonly Action<Connect> _whenOpen;
    private readonly Action<string> _whenLost;
    private readonly HostLane _opens;
    private readonly HostLane _calls;
    private Connect? _connect;
    private Task<Connect>? _opening;
    private bool _closed;

    /// <param name="whenOpen">called on the opening thread with each new connection</param>
    /// <param name="whenLost">called on any thread with the reason; must not block</param>
    internal HostConnection(
        HostAddress address, string lane, int width, LibvirtDriverOptions options, Action<Connect> whenOpen, Action<string> whenLost)
    {
        (_address, _options, _whenOpen, _whenLost) = (address, options, whenOpen, whenLost);
        _opens = new($"host {address.Name}, open", 1, OpensWrittenOff, 1, options.Time);
        _calls = new($"host {address.Name}, {lane}", width, width, 2000, options.Time);
    }

    /// <summary>Runs blocking calls on the connection. A broken connection is <see cref="HostUnreachableException"/>, other failures stay libvirt's.</summary>
    internal async Task<T> Run<T>(string what, TimeSpan deadline, Func<Connect, CancellationToken, T> work, CancellationToken stop)
    {
        var connect = await Open(stop).ConfigureAwait(false);
        return await _calls.Run(what, deadline, given => Guarded(connect, what, work, given), stop).ConfigureAwait(false);
    }

    /// <summary>
    /// The connection, opened if it is not open: for whoever needs its notices before its answers, and for work on the lane of another host
    /// that needs both hosts.
    /// </summary>
    internal Task<Connect> Ensure(CancellationToken stop) => Open(stop);

    private T Guarded<T>(Connect connect, string what, Func<Connect, CancellationToken, T> work, CancellationToken given)
    {
        try
        {
            return work(connect, given);
        }
        catch (Exception why) when (why is LibvirtException or ObjectDisposedException && !StandsStill(connect))
        {
            Lost(connect, why.Message);
            throw new HostUnreachableException($"host {_address.Name}: connection lost during {what}: {why.Message}", why);
        }
    }

    private bool StandsStill(Connect connect)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_connect, connect))
                return false;
        }
        return connect.IsAlive;
    }

    private Task<Connect> Open(CancellationToken stop)
    {
        Task<Connect> opening;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_connect is { } connect)
                return Task.FromResult(connect);
            // Nobody's cancellation ends it: others may be waiting for the same connection.
            if (_opening is null or { IsCompleted: true })
                _opening = _opens.Run($"open {_address.Uri}", OpenAgainAfter, _ => OpenNow(), CancellationToken.None);
            opening = _opening;
        }
        return Awaited(opening, stop);
    }

    private async Task<Connect> Awaited(Task<Connect> opening, CancellationToken stop)
    {
        try
        {
            return await opening.WaitAsync(_options.OpenDeadline, _options.Time, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var waited = _options.OpenDeadline.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            throw new HostUnreachableException($"host {_address.Name}: {_address.Uri} did not open within {waited} s");
        }
        catch (LibvirtException why)
        {
            throw new HostUnreachableException($"host {_address.Name}: {_address.Uri} does not open: {why.Message}", why);
        }
    }

    private Connect OpenNow()
    {
        var connect = Connect.Open(_address.Uri);
        try
        {
            connect.SetKeepAlive(KeepAliveSeconds, KeepAliveCount);
        }
        catch (LibvirtException why) when (why.IsNotSupported)
        {
            // A driver in this process needs none.
        }
        try
        {
            connect.RegisterCloseCallback(reason => Lost(connect, Said(reason)));
            _whenOpen(connect);
        }
        catch (LibvirtException)
        {
            connect.Dispose();
            throw;
        }
        lock (_lock)
        {
            if (!_closed && _connect is null)
                return _connect = connect;
        }
        connect.Dispose(); // an open that was given up on came back after all
        lock (_lock)
            return _connect ?? throw new HostUnreachableException($"host {_address.Name}: the driver is closed");
    }

    private void Lost(Connect connect, string reason)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_connect, connect))
                return;
            _connect = null;
        }
        Close(connect);
        _whenLost(reason);
    }

    /// <summary>Closing says goodbye to the host and may wait as any other call, and must not happen on the event loop's thread.</summary>
    private void Close(Connect connect) =>
        new Thread(connect.Dispose) { IsBackground = true, Name = $"host {_address.Name}, close" }.Start();

    private static string Said(ConnectCloseReason reason) => reason switch
    {
        ConnectCloseReason.Keepalive => "no sign of life",
        ConnectCloseReason.Eof => "the host closed the connection",
        ConnectCloseReason.Client => "closed here",
        _ => "the connection broke",
    };

    public void Dispose()
    {
        Connect? connect;
        lock (_lock)
        {
            if (_closed)
                return;
            (_closed, connect, _connect) = (true, _connect, null);
        }
        if (connect is not null)
            Close(connect);
        _opens.Dispose();
        _calls.Dispose();
    }
}
