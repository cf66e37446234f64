using PoweredAppliance.Core;
using PoweredAppliance.Core.Flows;
using PoweredAppliance.Core.Templates;

namespace PoweredAppliance.Api.OneGate;

/// <summary>What a guest says about itself: attributes of USER_TEMPLATE, one <c>KEY=VALUE</c> a line. A value needs no quotes; one that is
/// quoted or a vector is read as templates are.</summary>
internal static class GuestData
{
    /// <summary>In bytes of one request, and in characters of what a VM has in all.</summary>
    public const int MostAtOnce = 64 * 1024, MostOfAVm = 512 * 1024;

    /// <summary>A guest must not move its VM or put it into somebody's service.</summary>
    private static readonly string[] Restricted = ["SCHED_REQUIREMENTS", Flow.FlowOfVm, Flow.RoleOfVm, Flow.NumberOfVm];

    public static (Template? Given, JsonAnswer? Wrong) Read(string text)
    {
        var attributes = new List<TemplateAttribute>();
        var quoted = new System.Text.StringBuilder();
        try
        {
            foreach (var line in text.Split('\n'))
            {
                var (key, value) = line.Split('=', 2) is [var name, var rest] ? (name.Trim(), rest.Trim()) : (line.Trim(), null);
                if (quoted.Length > 0 || value is ['"' or '[', ..])
                    quoted.Append(line).Append('\n');
                else if (value is not null)
                    attributes.Add(new SingleAttribute(key, value.Replace("\\n", "\n", StringComparison.Ordinal)));
                else if (key.Length > 0)
                    return (null, JsonAnswer.Bad($"'{Short(key)}' is not KEY=VALUE."));
                if (quoted.Length > 0 && Template.TryParse(quoted.ToString(), out var whole, out _))
                {
                    attributes.AddRange(whole.Attributes);
                    quoted.Clear();
                }
            }

            if (quoted.Length > 0)
                attributes.AddRange(Template.Parse(quoted.ToString()).Attributes);
        }
        catch (Exception e) when (e is TemplateSyntaxException or ArgumentException)
        {
            return (null, JsonAnswer.Bad(e.Message));
        }

        return attributes.Count == 0 ? (null, JsonAnswer.Bad("The body must be KEY=VALUE, one a line; it is empty."))
            : attributes.FirstOrDefault(a => IsRestricted(a.Name)) is { } own ? (null, Forbidden(own.Name, "cannot be modified"))
            : (Template.Of(attributes), null);
    }

    public static JsonAnswer? WrongToDelete(Template there, string name) =>
        IsRestricted(name) ? Forbidden(name, "cannot be deleted")
        : there.Attributes.All(a => !a.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ? JsonAnswer.Bad("attribute not found", 500)
        : null;

    private static bool IsRestricted(string name) => Restricted.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static JsonAnswer Forbidden(string name, string what) => JsonAnswer.Refused(new(ErrorCode.Authorization, $"Attribute ({name}) {what}", name), 403);

    private static string Short(string text) => text.Length > 64 ? text[..64] : text;
}
