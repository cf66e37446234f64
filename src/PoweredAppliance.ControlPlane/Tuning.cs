namespace PoweredAppliance.ControlPlane;

internal static class Tuning
{
    /// <summary>
    /// Detects a dead controller in about five seconds and starts a lone one in about half a second. down-all-when-unstable keeps two
    /// halves from both living; the journal refuses a stale writer, hosts refuse stale generations.
    /// </summary>
    internal const string Cluster = """
        akka.coordinated-shutdown.exit-clr = off
        akka.coordinated-shutdown.run-by-clr-shutdown-hook = off
        akka.scheduler.tick-duration = 50ms
        akka.log-dead-letters = off
        akka.log-dead-letters-during-shutdown = off
        akka.actor.ask-timeout = 30s
        akka.cluster {
          gossip-interval = 250ms
          leader-actions-interval = 250ms
          unreachable-nodes-reaper-interval = 500ms
          periodic-tasks-initial-delay = 100ms
          seed-node-timeout = 2s
          retry-unsuccessful-join-after = 2s
          downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
          failure-detector {
            heartbeat-interval = 500ms
            acceptable-heartbeat-pause = 3s
            expected-response-after = 500ms
            threshold = 8.0
          }
          split-brain-resolver {
            active-strategy = keep-majority
            stable-after = 2s
            down-all-when-unstable = on
          }
          down-removal-margin = off
          singleton {
            hand-over-retry-interval = 250ms
            min-number-of-hand-over-retries = 10
          }
          sharding {
            coordinator-failure-backoff = 1s
            rebalance-interval = 2s
            waiting-for-state-timeout = 2s
            shard-start-timeout = 5s
            retry-interval = 200ms
            handoff-timeout = 10s
            distributed-data {
              gossip-interval = 2s
              notify-subscribers-interval = 200ms
            }
          }
        }
        """;
}
