namespace PoweredAppliance.ControlPlane.Tests;

public sealed class TicketsTests
{
    [Fact]
    public void What_is_too_old_expires_once_in_the_order_it_was_opened_and_what_was_closed_never()
    {
        var clock = new Clock();
        var tickets = new Tickets(clock);
        var (first, closed, second) = (tickets.Open(), tickets.Open(), tickets.Open());
        Assert.True(tickets.Close(closed));
        Assert.False(tickets.Close(closed));
        clock.Now = Tickets.Live;
        var young = tickets.Open();
        Assert.Empty(tickets.Expire());
        clock.Now += TimeSpan.FromTicks(1);
        Assert.Equal([first, second], tickets.Expire());
        Assert.Empty(tickets.Expire());
        Assert.False(tickets.Close(first));
        Assert.True(tickets.Close(young));
        Assert.Equal(4, new[] { first, closed, second, young }.Distinct().Count());
    }
}
