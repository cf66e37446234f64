namespace PoweredAppliance.Core.Flows;

/// <summary>States of a service of OneFlow and of its roles, numbered as OpenNebula 7.4 does. Those that are about networks and holding
/// are not reached here.</summary>
public enum FlowState
{
    Pending = 0, Deploying = 1, Running = 2, Undeploying = 3, Warning = 4, Done = 5, FailedUndeploying = 6, FailedDeploying = 7,
    Scaling = 8, FailedScaling = 9, Cooldown = 10,
}

public static class FlowStates
{
    /// <summary>OpenNebula's word: <c>FAILED_DEPLOYING</c>.</summary>
    public static string Word(this FlowState state) => state switch
    {
        FlowState.FailedUndeploying => "FAILED_UNDEPLOYING",
        FlowState.FailedDeploying => "FAILED_DEPLOYING",
        FlowState.FailedScaling => "FAILED_SCALING",
        _ => state.ToString().ToUpperInvariant(),
    };

    /// <summary>A change is under way or has failed: nothing else is begun.</summary>
    public static bool IsBusy(this FlowState state) => state is not (FlowState.Pending or FlowState.Running or FlowState.Warning or FlowState.Done);
}
