using System.Text.Json.Nodes;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Core.Flows;

/// <summary>How the VMs of a role are made.</summary>
public static class FlowVms
{
    /// <summary>OneFlow's default: <c>ROLE_NUMBER_(service_ID)</c>.</summary>
    public static string Name(Flow flow, FlowRole role, int number) => $"{role.Name}_{number}_(service_{flow.Id})";

    /// <summary>
    /// What stands over the role's VM template: <c>template_contents</c>, the values of user inputs (which the guest finds in its context),
    /// and which service, role and number it is.
    /// </summary>
    /// <param name="template">the VM template that the role names; its CONTEXT stays where more is put into it</param>
    public static (Template? Extra, Refusal? Why) Extra(Flow flow, FlowRole role, int number, Template? template)
    {
        var (extra, why) = TemplateJson.Read(role.Given["template_contents"] as JsonObject ?? [], $"roles/{role.Name}/template_contents");
        if (why is not null)
            return (null, why);
        var context = extra!.Vector("CONTEXT") ?? template?.Vector("CONTEXT");
        foreach (var inputs in new[] { flow.Given["user_inputs_values"], role.Given["user_inputs_values"] })
            foreach (var (name, value) in inputs as JsonObject ?? [])
            {
                if (name.Length == 0 || char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
                    return (null, Refusal.Bad("user_inputs_values", name, $"user_inputs_values: '{name}' cannot be an attribute's name."));
                extra = extra.Set(name, value?.ToString() ?? "");
                context = (context ?? new("CONTEXT", [])).Without(name).With(name, $"${name.ToUpperInvariant()}");
            }

        if (context is not null)
            extra = extra.WithVectors("CONTEXT", [context]);
        extra = extra.WithVectors("NIC", extra.Vectors("NIC").Select(nic => OnNetwork(flow, nic)));
        if (!extra.Vectors("NIC").Any())
            extra = extra.Without("NIC");
        return (extra.Set(Flow.FlowOfVm, $"{flow.Id}").Set(Flow.RoleOfVm, role.Name).Set(Flow.NumberOfVm, $"{number}"), null);
    }

    /// <summary><c>NETWORK_ID = "$name"</c> is the network that the service was given under this name.</summary>
    private static VectorAttribute OnNetwork(Flow flow, VectorAttribute nic) => nic["NETWORK_ID"] is ['$', .. var name]
        && FlowJson.Objects(flow.Given, "networks_values").Select(n => n[name]).OfType<JsonObject>().FirstOrDefault() is { } network
        && FlowJson.Number(network, "id") is { } id
            ? nic.Without("NETWORK_ID").With("NETWORK_ID", $"{id}")
            : nic;
}
