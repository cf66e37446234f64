using System.CommandLine;
using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered template</c>.</summary>
internal static class TemplateVerbs
{
    private static readonly Pool<VmTemplate> Pool = new()
    {
        Kind = "template",
        Title = "VM template",
        All = (client, stop) => client.ListTemplates(stop: stop),
        One = (client, id, stop) => client.GetTemplate(id, stop),
        Find = Lookup.Template,
        Id = t => t.Id,
        Read = c => c.Template,
        Wrap = t => new Change { Kind = "template", Sequence = 0, Template = t },
        JsonOfAll = WireJson.Default.IReadOnlyListVmTemplate,
        JsonOfOne = WireJson.Default.VmTemplate,
        None = "no VM templates yet; create one with `powered template create FILE`",
        Table = Table,
        Facts = Of,
    };

    public static Verb Build() => new("template", "VM templates")
    {
        PoolVerbs.List(Pool, "List VM templates", "powered template list"),
        PoolVerbs.Show(Pool, "Show VM templates and their text", "powered template show small"),
        Create(),
        Remove(),
        Instantiate(),
    };

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

    private static Table Table(IReadOnlyList<VmTemplate> templates, TimeProvider time)
    {
        var table = new Table(
            ("ID", Side.Right), ("USER", Side.Left), ("GROUP", Side.Left), ("NAME", Side.Left), ("CREATED", Side.Left));
        foreach (var t in templates)
            table.Add(t.Id, t.Owner, t.Group, t.Name, Human.Moment(t.Created, time));
        return table;
    }

    private static Facts Of(VmTemplate t, TimeProvider time) => new Facts()
        .Add("id", t.Id.ToString(CultureInfo.InvariantCulture))
        .Add("name", t.Name)
        .Add("owner", $"{t.Owner} (group {t.Group})")
        .Add("created", Human.Moment(t.Created, time))
        .Add("text", t.Text);
}
