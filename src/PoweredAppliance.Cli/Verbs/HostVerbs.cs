using System.CommandLine;
using PoweredAppliance.Client;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli.Verbs;

/// <summary><c>powered host</c>.</summary>
internal static class HostVerbs
{
    public static Verb Build() => new("host", "Servers that run VMs")
    {
        HostListVerbs.List(),
        HostListVerbs.Show(),
        Add(),
        Change("remove", "Remove hosts that hold no VMs", async (call, id) =>
        {
            await call.Client.RemoveHost(id, call.Stop);
            return null;
        }),
        Change("enable", "Let hosts be given VMs", async (call, id) => await call.Client.EnableHost(id, call.Stop)),
        Change(
            "disable",
            "Give hosts no new VMs; those that run go on",
            async (call, id) => await call.Client.DisableHost(id, call.Stop)),
        Change(
            "offline",
            "Take hosts out of service: no new VMs and no readings",
            async (call, id) => await call.Client.TakeHostOffline(id, call.Stop)),
        Import(),
    };

    private static Verb Add()
    {
        var name = new Argument<string>("NAME") { Description = "What it is to be called" };
        var uri = new Option<string>("--uri")
        {
            Description = "libvirt's address of it",
            HelpName = "URI",
            DefaultValueFactory = _ => "qemu:///system",
        };
        var cluster = new Option<string?>("--cluster")
        {
            Description = "The cluster it joins, by id or name",
            HelpName = "CLUSTER",
        };
        var profile = new Option<string?>("--profile")
        {
            Description = "Hardware profile; found by itself unless given",
            HelpName = "PROFILE",
        };
        var path = new Option<string?>("--datastore-path")
        {
            Description = "Directory on the host for the disks of VMs",
            HelpName = "DIRECTORY",
        };
        return new Verb("add", "Enrol a server as a host", async call =>
        {
            var host = await call.Client.AddHost(
                new HostAdd
                {
                    Name = call.Value(name),
                    Uri = call.Value(uri)!,
                    Cluster = call.Value(cluster),
                    Profile = call.Value(profile),
                    DatastorePath = call.Value(path),
                },
                call.Stop);
            if (call.Json)
                call.PrintJson(host, WireJson.Default.Host);
            else
                call.Print($"host {host.Id} '{host.Name}' added, now {host.State}, profile {host.Profile ?? "none"}");
            return Exit.Ok;
        })
        {
            Examples =
            [
                "powered host add here --uri qemu:///system",
                "powered host add rack1-a --uri qemu+tls://rack1-a/system --cluster prod",
            ],
        }.With(name, uri, cluster, profile, path);
    }

    private static Verb Change(string name, string description, Func<Call, int, Task<Host?>> ask)
    {
        var hosts = NameArgument.Several("host", "Ids or names");
        return new Verb(name, description, async call =>
        {
            List<Host> changed = [];
            var code = await call.Each(call.Value(hosts), async word =>
            {
                var id = await Lookup.Host(call, word);
                if (await ask(call, id) is { } host)
                    changed.Add(host);
                if (!call.Json)
                    call.Print(
                        changed.LastOrDefault() is { } now && now.Id == id
                            ? $"host {id} '{now.Name}' is {now.State}"
                            : $"host {word} removed");
            });
            if (call.Json)
                HostListVerbs.Pool.PrintJson(call, changed, call.Value(hosts).Length == 1);
            return code;
        })
        {
            Examples = [$"powered host {name} rack1-a", $"powered host {name} 3 4 5"],
        }.With(hosts);
    }

    private static Verb Import()
    {
        var host = NameArgument.One("host", "Id or name");
        var wild = new Argument<string[]>("NAME")
        {
            Description = "Names of wild VMs there, as `powered host show` lists them",
            Arity = ArgumentArity.OneOrMore,
        };
        return new Verb("import", "Take over VMs that somebody else made on a host", async call =>
        {
            var id = await Lookup.Host(call, call.Value(host)[0]);
            List<Vm> taken = [];
            var code = await call.Each(
                call.Value(wild),
                async name => taken.Add(await call.Client.ImportWild(id, name, call.Stop)));
            return await VmVerbs.Tell(
                call,
                taken,
                code,
                call.Value(wild).Length,
                goal: null,
                vm => $"{Lookup.Title(vm)} imported, now {VmWords.State(vm)}");
        })
        {
            Examples = ["powered host import rack1-a old-web"],
        }.With(host, wild);
    }
}
