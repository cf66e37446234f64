using System.Diagnostics;
using System.Globalization;
using System.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PoweredAppliance.Api.Audit;
using PoweredAppliance.Api.OneFlow;
using PoweredAppliance.ControlPlane.Inventory;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Pools;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.Api.OneGate;

/// <summary>The appliance's own secret, of which the tokens of guests are made; at least <see cref="GuestToken.SecretBytes"/> bytes.</summary>
public sealed record GuestSecret(byte[] Bytes);

/// <summary>
/// OneGate's HTTP: guests read about themselves and their kin, and say how they are. A guest shows which VM it is by the id and the token
/// on its CONTEXT, and acts with the rights of its VM's owner, on the VMs of its own service or virtual router alone.
/// </summary>
internal sealed class OneGateEndpoint(
    Gate gate, GuestSecret secret, Inventory inventory, OwnersVms owners, GuestCalls calls, GuestLimits limits, AuditLog audit, TimeProvider time,
    ILogger<OneGateEndpoint> log)
{
    private const string IdHeader = "X-ONEGATE-VMID";

    public async Task Answer(HttpContext http)
    {
        var began = Stopwatch.GetTimestamp();
        var guest = gate.IsOpen && Who(http.Request) is { } vm && owners.Subject(vm.Owner) is { } owner ? new Guest(vm, owner) : null;
        var answer = !gate.IsOpen ? JsonAnswer.Bad("The controller is recovering its journal; try again in a second.", 503)
            : guest is not null ? limits.Lets(guest.Vm.Id.Value)
                ? await Answer(http, guest)
                : JsonAnswer.Bad("This VM asks too often: 60 at once and then 10 a second are answered.", 429)
            : limits.LetsStranger(http.Connection.RemoteIpAddress)
                ? JsonAnswer.Refused(new(ErrorCode.Authentication, "Not authorized"), 401)
                : JsonAnswer.Bad("Too many wrong tokens come from this address.", 429);
        if (http.RequestAborted.IsCancellationRequested)
            return;
        var isHeard = answer.Status is not (429 or 503);
        if (!isHeard)
            http.Response.Headers.RetryAfter = "1";
        await answer.Write(http.Response);
        if (isHeard) // a guest that is not heard pushes nothing out of the log
            Keep(http, guest, answer, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>Who asks is the VM's owner, through the VM.</summary>
    private void Keep(HttpContext http, Guest? guest, JsonAnswer answer, TimeSpan took)
    {
        var vm = guest?.Vm.Id.ToString();
        var user = guest is null ? $"vm/{http.Request.Headers[IdHeader]}" : inventory.Find(PoolKind.User, guest.Owner.User.Value)?.Name ?? "";
        audit.Add(AnsweredPaths.Of(
            http, "onegate", http.Request.Path.Value is "/vm" ? vm : null, user, guest?.Owner.User.Value, vm is null ? null : $"vm/{vm}", answer,
            time.GetUtcNow(), took));
    }

    private Task<JsonAnswer> Answer(HttpContext http, Guest guest) => JsonAnswer.Guarded(http, log, async () =>
    {
        if (ZoneRule.Refuses(inventory, http.Request) is { } disabled)
            return JsonAnswer.Refused(disabled);
        var body = HttpMethods.IsGet(http.Request.Method) ? "" : await JsonAnswer.Read(http, GuestData.MostAtOnce);
        var form = http.Request.HasFormContentType ? HttpUtility.ParseQueryString(body) : [];
        string? Given(string name) => http.Request.Query[name].ToString() is { Length: > 0 } text ? text : form[name];
        return await calls.Answer(
            guest, http.Request.Method, http.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries),
            Given("data") ?? body, deletes: Given("type") is "2", extended: Given("extended") is "true");
    });

    /// <summary>Null: it is none of ours. It takes the same time for a VM that is not there.</summary>
    private VirtualMachine? Who(HttpRequest request)
    {
        var known = int.TryParse(request.Headers[IdHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        var vm = inventory.Vms.Find(new(id));
        var fits = GuestToken.Fits(request.Headers["X-ONEGATE-TOKEN"].ToString(), secret.Bytes, new(id), vm?.Start ?? 0);
        return known && fits && vm is { State: not VmState.Done } && Specification.WantsToken(vm.Template) ? vm : null;
    }
}

/// <summary>A guest that has shown who it is.</summary>
/// <param name="Owner">with whose rights it acts</param>
internal sealed record Guest(VirtualMachine Vm, Subject Owner);
