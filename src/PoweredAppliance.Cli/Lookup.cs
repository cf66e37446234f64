using System.Globalization;
using PoweredAppliance.Cli.Text;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Cli;

/// <summary>
/// From what people call a thing to its id. A number is an id; anything else must be one thing's exact name.
/// </summary>
internal static class Lookup
{
    public static Task<int> Vm(Call call, string word) => Id(
        "VM", word, async name => (await call.Client.ListVms(name, stop: call.Stop)).Select(v => (v.Id, v.Name)));

    public static Task<int> Host(Call call, string word) => Id(
        "host", word, async name => (await call.Client.ListHosts(name, call.Stop)).Select(h => (h.Id, h.Name)));

    public static Task<int> Image(Call call, string word) => Id(
        "image", word, async name => (await call.Client.ListImages(name, call.Stop)).Select(i => (i.Id, i.Name)));

    public static Task<int> Template(Call call, string word) => Id(
        "template", word, async name => (await call.Client.ListTemplates(name, call.Stop)).Select(t => (t.Id, t.Name)));

    public static Task<int> Network(Call call, string word) => Id(
        "network", word, async name => (await call.Client.ListNetworks(name, call.Stop)).Select(n => (n.Id, n.Name)));

    public static Task<int> Datastore(Call call, string word) => Id(
        "datastore",
        word,
        async name => (await call.Client.ListDatastores(name, call.Stop)).Select(d => (d.Id, d.Name)));

    /// <param name="list">Those of that name; all, for null.</param>
    /// <exception cref="Ending">There is none, or several.</exception>
    private static async Task<int> Id(
        string kind, string word, Func<string?, Task<IEnumerable<(int Id, string Name)>>> list)
    {
        if (int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return id;
        switch ((await list(word)).ToList())
        {
            case [var one]:
                return one.Id;
            case []:
                var all = (await list(null)).Select(t => t.Name).ToList();
                var hint = all.Count == 0 ? $"; there are no {kind}s yet" : Near.Question(Near.To(word, all));
                throw new Ending(Exit.NotFound, $"no {kind} named '{word}'{hint}");
            case var several:
                var ids = string.Join(", ", several.Select(t => t.Id));
                throw new Ending(
                    Exit.Refused, $"{several.Count} {kind}s are named '{word}': say which by id ({ids})");
        }
    }

    /// <summary><c>VM 3 'web'</c></summary>
    public static string Title(Vm vm) => $"VM {vm.Id} '{vm.Name}'";
}
