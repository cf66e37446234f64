namespace PoweredAppliance.ControlPlane;

/// <summary>Numbers under which somebody was granted what is not done yet, in memory alone. For one thread at a time.</summary>
internal sealed class Tickets(TimeProvider time)
{
    /// <summary>What was not done after this will not be.</summary>
    public static readonly TimeSpan Live = TimeSpan.FromMinutes(2);

    private readonly Queue<(long Ticket, long Since)> _order = [];
    private readonly HashSet<long> _open = [];
    private long _last;

    public long Open()
    {
        _order.Enqueue((++_last, time.GetTimestamp()));
        _open.Add(_last);
        return _last;
    }

    /// <summary>False: it was closed before, or is too old.</summary>
    public bool Close(long ticket) => _open.Remove(ticket);

    /// <summary>Closes those that are too old.</summary>
    public IReadOnlyList<long> Expire()
    {
        List<long> expired = [];
        while (_order.TryPeek(out var oldest) && (!_open.Contains(oldest.Ticket) || time.GetElapsedTime(oldest.Since) > Live))
            if (Close(_order.Dequeue().Ticket))
                expired.Add(oldest.Ticket);
        return expired;
    }
}
