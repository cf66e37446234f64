using Akka.Actor;

namespace PoweredAppliance.ControlPlane;

public sealed partial class Cloud
{
    /// <summary>
    /// Does what was granted before and tells its giver what came of it. After a timeout it may still be done: the grant stands until that
    /// shows, or lapses.
    /// </summary>
    /// <param name="settle">makes the giver's message of the answer; null: the deed failed without one</param>
    private async Task<Answer> Settling(Func<Task<Answer>> act, Func<Answer?, object> settle)
    {
        (Answer? answer, var known) = (null, true);
        try
        {
            answer = await act().ConfigureAwait(false);
            return answer.Value;
        }
        catch (TimeoutException)
        {
            known = false;
            throw;
        }
        finally
        {
            if (known)
                region.ActorRef.Tell(settle(answer));
        }
    }
}
