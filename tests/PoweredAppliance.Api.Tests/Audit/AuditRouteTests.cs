using System.Net;
using PoweredAppliance.Api.Rest;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Api.Audit;

[Collection(nameof(OneAppliance))]
public sealed class AuditRouteTests(Appliance appliance)
{
    private async Task<AuditEntry> Kept(AuditQuery query, string arguments = "")
    {
        AuditEntry? found = null;
        await Appliance.Until(
            async () => (found = (await appliance.Admin.GetAudit(query)).Entries.FirstOrDefault(e => e.Arguments?.Contains(arguments, StringComparison.Ordinal) ?? arguments.Length == 0)) is not null,
            $"{query} finds nothing");
        return found!;
    }

    [Fact]
    public async Task Who_made_which_object_is_found_and_who_was_refused_why()
    {
        var vm = (await appliance.Admin.CreateVms(new() { TemplateText = "CPU=1\nMEMORY=77\nCONTEXT=[PASSWORD=\"hush\"]", Hold = true })).Single();
        var made = await Kept(new() { Method = "POST /vms" }, "MEMORY=77");
        Assert.Equal(("oneadmin", 0, 0, "rest", "127.0.0.1"), (made.User, made.UserId, made.Result, made.Face, made.From));
        Assert.DoesNotContain("hush", made.Arguments, StringComparison.Ordinal);

        using var other = await appliance.NewUser("snooper");
        await Assert.ThrowsAsync<PoweredException>(() => other.GetVm(vm.Id));
        var refused = await Kept(new() { User = "snooper", Object = $"vm/{vm.Id}" });
        Assert.Equal((512, "GET /vms/{id}"), (refused.Result, refused.Method));
        Assert.Contains("Not authorized", refused.Error, StringComparison.Ordinal);
        await appliance.Admin.Act(vm.Id, VmActions.Terminate);
    }

    [Fact]
    public async Task A_wrong_secret_is_kept_with_the_name_and_without_the_secret()
    {
        using var http = appliance.Http("a-wrong-secret", "mistaken");
        await http.GetAsync("vms");
        var entry = await Kept(new() { User = "mistaken", Result = "256" });
        Assert.Null(entry.UserId);
        Assert.DoesNotContain("a-wrong-secret", $"{entry}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_kept_when_it_begins()
    {
        using var http = appliance.Http();
        using var watch = await http.GetAsync("watch", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("oneadmin", (await Kept(new() { Method = "GET /watch", Result = "0" })).User);
    }

    [Fact]
    public async Task Only_admins_read_it_and_a_wrong_question_is_told()
    {
        await appliance.NewUser("curious");
        using var http = appliance.Http(user: "curious");
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("audit")).StatusCode);
        using var admin = appliance.Http();
        string[] wrong = ["limit=0", "limit=1001", "since=yesterday", "before=x", "result=maybe"];
        foreach (var question in wrong)
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.GetAsync($"audit?{question}")).StatusCode);
    }
}
