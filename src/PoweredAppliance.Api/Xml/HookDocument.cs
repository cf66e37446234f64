using System.Text;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.Xml;

/// <summary>HOOK; alone with the executions that are kept of it.</summary>
internal sealed class HookDocument(Inventory inventory, bool withLog)
{
    public void Write(DocumentWriter to, PooledObject hook)
    {
        to.Open("HOOK");
        to.Number("ID", hook.Id);
        to.Text("NAME", hook.Name);
        to.Text("TYPE", hook.Fact(HookTemplate.TypeFact));
        to.Lock(hook.Lock);
        to.Template("TEMPLATE", hook.Template);
        if (withLog)
        {
            to.Open("HOOKLOG");
            foreach (var execution in inventory.Hooks.Of(hook.Id).Log)
                Execution(to, execution);
            to.Close("HOOKLOG");
        }

        to.Close("HOOK");
    }

    /// <summary>What the command said is base64, as OpenNebula's tools expect it.</summary>
    public static void Execution(DocumentWriter to, HookExecution execution)
    {
        to.Open("HOOK_EXECUTION_RECORD");
        to.Number("HOOK_ID", execution.Hook);
        to.Number("EXECUTION_ID", execution.Id);
        to.Number("TIMESTAMP", execution.Timestamp);
        to.Text("ARGUMENTS", execution.Arguments);
        to.Open("EXECUTION_RESULT");
        to.Text("COMMAND", execution.Outcome.Command);
        to.Text("STDOUT", Base64(execution.Outcome.Stdout));
        to.Text("STDERR", Base64(execution.Outcome.Stderr));
        to.Number("CODE", execution.Outcome.Code);
        to.Close("EXECUTION_RESULT");
        if (execution.IsRetry)
            to.Text("RETRY", "yes");
        to.Close("HOOK_EXECUTION_RECORD");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
