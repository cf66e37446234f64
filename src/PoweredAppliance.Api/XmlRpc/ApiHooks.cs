using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.Xml;
using PoweredAppliance.Api.XmlRpc.Wire;
using PoweredAppliance.ControlPlane;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Pools;

namespace PoweredAppliance.Api.XmlRpc;

/// <summary>Puts calls that api hooks wait for into their queue, before the call is answered: what a client was told of is not lost.</summary>
internal sealed class ApiHooks(Cloud cloud, ILogger<ApiHooks> log)
{
    private const string Hidden = "****";

    /// <summary>Calls that change nothing have no hooks.</summary>
    public static bool Can(string method) => Signatures.All.ContainsKey(method) && !method.EndsWith(".info", StringComparison.Ordinal)
        && method is not "one.vmpool.infoextended" and not "one.vmpool.infoset";

    public async Task Answered(RpcCall call, Reply reply)
    {
        if (cloud.Inventory.All(PoolKind.Hook).IsEmpty)
            return;
        foreach (var hook in HookConditions.OfCall(cloud.Inventory.All(PoolKind.Hook).Values, call.Method))
        {
            try
            {
                await cloud.Hooks(new HookProtocol.Fire(hook.Id, "", 0, HookConditions.Arguments(hook, "$API", () => CallInfo(call, reply)))).ConfigureAwait(false);
            }
            catch (TimeoutException e)
            {
                log.LogError(e, "hook {Hook} may not run for {Method}", hook.Id, call.Method);
            }
        }
    }

    /// <summary>CALL_INFO: IN parameters from the session on, OUT as the answer's items; documents in it are not repeated.</summary>
    private static string CallInfo(RpcCall call, Reply reply)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var to = new DocumentWriter(bytes))
        {
            to.Open("CALL_INFO");
            to.Number("RESULT", reply is Reply.Value or Reply.Xml ? 1 : 0);
            to.Open("PARAMETERS");
            var names = Signatures.All[call.Method].Parameters;
            for (var i = 0; i < call.Values.Length; i++)
                Parameter(to, i + 1, "IN", i == 0 || (i <= names.Length && Secrets.IsNameOfOne(names[i - 1].Name)) ? Hidden : Text(call.Values[i]));
            foreach (var (value, i) in Out(reply).Select((v, i) => (v, i)))
                Parameter(to, i + 1, "OUT", value);
            to.Close("PARAMETERS");
            to.Empty("EXTRA");
            to.Close("CALL_INFO");
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static IEnumerable<string> Out(Reply reply) => reply switch
    {
        Reply.Value { Item: var item } => ["true", Text(item), "0"],
        Reply.No { Why: var why } => ["false", why.Text, ((int)why.Code).ToString(CultureInfo.InvariantCulture)],
        _ => ["true", "", "0"],
    };

    private static void Parameter(DocumentWriter to, int position, string type, string value)
    {
        to.Open("PARAMETER");
        to.Number("POSITION", position);
        to.Text("TYPE", type);
        to.Text("VALUE", value);
        to.Close("PARAMETER");
    }

    private static string Text(RpcValue value) => value switch
    {
        RpcValue.Int { Value: var number } => number.ToString(CultureInfo.InvariantCulture),
        RpcValue.Long { Value: var number } => number.ToString(CultureInfo.InvariantCulture),
        RpcValue.Bool { Value: var yes } => yes ? "true" : "false",
        RpcValue.Text { Value: var text } => text,
        RpcValue.Array { Items: var items } => string.Join(',', items.Select(Text)),
        _ => "",
    };
}
