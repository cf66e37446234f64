using PoweredAppliance.Core.Access;

namespace PoweredAppliance.Core.Tests.Access;

/// <summary>Who may do what, straight from the letters of the permissions, the texts of the rules, and the lists of VDCs and groups.</summary>
internal static class NaiveAcl
{
    private static readonly string[] OfGroups = ["VM", "NET", "IMAGE", "TEMPLATE", "DOCUMENT", "SECGROUP", "VROUTER", "VMGROUP", "BACKUPJOB"];

    public static bool Allows(AccessRequest request, IEnumerable<AclRule> rules, int zone)
    {
        var groups = request.Subject.Groups.Append(request.Subject.Group).Select(g => g.Value).ToHashSet();
        if (request.Subject.User.Value == 0 || groups.Contains(0))
            return true;

        var what = request.Object;
        var classes = what.Permissions.ToString().Split(' ');
        var letters = classes[2] + (what.Owner == request.Subject.User ? classes[0] : "")
            + (groups.Contains(what.Group!.Value.Value) ? classes[1] : "");
        var asked = request.Rights.Text().Split('+');
        if (asked.All(right => right != "CREATE" && letters.Contains(char.ToLowerInvariant(right[0]))))
            return true;

        return rules.Select(r => r.ToString().Split(' ', '/')).Any(words =>
            (words[0] == "*" || words[0] == $"#{request.Subject.User}" || groups.Any(g => words[0] == $"@{g}"))
            && words[1].Split('+').Contains(what.Kind.Text())
            && (words[2] == "*" || words[2] == $"#{what.Id}" || words[2] == $"@{what.Group}"
                || what.Clusters.Any(c => words[2] == $"%{c}"))
            && asked.All(words[3].Split('+').Contains)
            && (words[4] == "*" || words[4] == $"#{zone}"));
    }

    /// <summary>The members of a VDC's groups manage its hosts and use its networks and datastores, alone or by their clusters.</summary>
    public static bool VdcAllows(AccessRequest request, IReadOnlyDictionary<string, string> vdc, int zone)
    {
        var groups = request.Subject.Groups.Append(request.Subject.Group).Select(g => $"{g}").ToHashSet();
        var (list, right) = request.Object.Kind.Text() switch
        {
            "HOST" => ("HOSTS", "MANAGE"),
            "NET" => ("VNETS", "USE"),
            "DATASTORE" => ("DATASTORES", "USE"),
            _ => ("", ""),
        };
        return vdc["GROUPS"].Split(',').Any(groups.Contains) && request.Rights.Text() == right
            && (vdc[list].Split(',').Any(e => e == $"{zone}:-10" || e == $"{zone}:{request.Object.Id}")
                || vdc["CLUSTERS"].Split(',').Any(e => e == $"{zone}:-10" || request.Object.Clusters.Any(c => e == $"{zone}:{c}")));
    }

    /// <summary>A group's administrators do anything to its users, use and manage what is of it, manage the group, and create virtual routers.</summary>
    public static bool AdminAllows(AccessRequest request, int group, string admins)
    {
        var (kind, what) = (request.Object.Kind.Text(), request.Object);
        var asked = request.Rights.Text().Split('+');
        return admins.Split(',').Contains($"{request.Subject.User}")
            && ((kind == "USER" && what.Group?.Value == group)
                || (OfGroups.Contains(kind) && what.Group?.Value == group && asked.All(r => r is "USE" or "MANAGE"))
                || (kind == "VROUTER" && request.Rights.Text() == "CREATE")
                || (kind == "GROUP" && what.Id == group && request.Rights.Text() == "MANAGE"));
    }
}
