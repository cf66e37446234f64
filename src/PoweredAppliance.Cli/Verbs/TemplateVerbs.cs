using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered template</c>.</summary>
internal static class TemplateVerbs
{
    public static Verb Build() => new("template", "VM templates")
    {
        new Verb("list", "List VM templates", RunList) { Examples = ["powered template list"] },
        Show(),
        Create(),
        Remove(),
        Instantiate(),
    };

    private static Verb Show()
    {
        var templates = NameArgument.Several("template", "Ids or names");
        return new Verb("show", "Show VM templates and their text", call => RunShow(call, call.Value(templates)))
        {
            Examples = ["powered template show small"],
        }.With(templates);
    }

    private static Verb Create()
    {
        var file = new Argument<string>("FILE") { Description = "OpenNebula template text, - for standard input" };
        var name = new Option<string?>("--name", "-n") { Description = "Its name; the NAME in the text unless given" };
        return new Verb("create", "Create a VM template from its text", async call =>
        {
            var text = VmCreateVerb.ReadText(call, call.Value(file));
            var made = await call.Client.CreateTemplate(
                new TemplateCreate { Name = call.Value(name), Text = text }, call.Stop);
            if (call.Json)
                call.PrintJson(made, WireJson.Default.VmTemplate);
            else
                call.Print($"template {made.Id} '{made.Name}' created");
            return Exit.Ok;
        })
        {
            Examples = ["powered template create small.tmpl", "powered template create - --name small < small.tmpl"],
        }.With(file, name);
    }

    private static Verb Remove()
    {
        var templates = NameArgument.Several("template", "Ids or names");
        Task<int> Run(Call call) => call.Each(call.Value(templates), async word =>
        {
            await call.Client.RemoveTemplate(await Lookup.Template(call, word), call.Stop);
            if (!call.Json)
                call.Print($"template {word} removed");
        });
        return new Verb("remove", "Delete VM templates; VMs made from them stay", Run)
        {
            Examples = ["powered template remove old"],
        }.With(templates);
    }

    private static Verb Instantiate()
    {
        var template = NameArgument.One("template", "Id or name");
        return new Verb("instantiate", "Create VMs from a VM template", async call =>
        {
            _ = call.Patience();
            var wish = new Instantiate
            {
                Name = call.Value(VmCreateVerb.Name),
                Count = VmCreateVerb.HowMany(call),
                Hold = call.Value(VmCreateVerb.Hold),
                Extra = VmCreateVerb.Extra(call),
            };
            var id = await Lookup.Template(call, call.Value(template)[0]);
            return await VmCreateVerb.Tell(call, await call.Client.Instantiate(id, wish, call.Stop));
        })
        {
            Examples = ["powered template instantiate small --name web --wait"],
        }.With(
            template,
            VmCreateVerb.Name,
            VmCreateVerb.Count,
            VmCreateVerb.Hold,
            VmCreateVerb.Cpu,
            VmCreateVerb.Vcpu,
            VmCreateVerb.Memory,
            Flags.Wait,
            Flags.Timeout);
    }

    private static async Task<int> RunList(Call call)
    {
        var all = await call.Client.ListTemplates(stop: call.Stop);
        if (call.Json)
        {
            call.PrintJson(all, WireJson.Default.IReadOnlyListVmTemplate);
            return Exit.Ok;
        }

        if (all.Count == 0)
        {
            call.Print("no VM templates yet; create one with `powered template create FILE`");
            return Exit.Ok;
        }

        var table = new Table(
            ("ID", Side.Right), ("USER", Side.Left), ("GROUP", Side.Left), ("NAME", Side.Left), ("CREATED", Side.Left));
        foreach (var t in all)
            table.Add(t.Id, t.Owner, t.Group, t.Name, Human.Moment(t.Created, call.Shell.Time));
        call.Print(table);
        return Exit.Ok;
    }

    private static async Task<int> RunShow(Call call, IReadOnlyList<string> words)
    {
        List<VmTemplate> found = [];
        var code = await call.Each(
            words,
            async word => found.Add(await call.Client.GetTemplate(await Lookup.Template(call, word), call.Stop)));
        if (call.Json && words.Count > 1)
            call.PrintJson(found, WireJson.Default.IReadOnlyListVmTemplate);
        else if (call.Json && found.Count > 0)
            call.PrintJson(found[0], WireJson.Default.VmTemplate);
        else if (found.Count > 0)
            call.Print(string.Join('\n', found.Select(t => Of(t, call.Shell.Time).Render(call.Shell.Colour))));
        return code;
    }

    private static Facts Of(VmTemplate t, TimeProvider time) => new Facts()
        .Add("id", t.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", t.Name)
        .Add("owner", $"{t.Owner} (group {t.Group})")
        .Add("created", Human.Moment(t.Created, time))
        .Add("text", t.Text);
}
