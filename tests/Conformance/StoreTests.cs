using System.Security.Cryptography;
using PoweredAppliance.Lab.Daemon;

namespace PoweredAppliance.Conformance;

/// <summary>one.datastore.*, one.market.* and one.marketapp.*</summary>
public sealed class StoreTests(Appliance appliance) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("powered-market-");

    private Caller One => appliance.One;

    [Fact]
    public async Task A_backup_datastore_needs_a_driver_that_is_there_and_dummy_is()
    {
        Assert.Equal((0x2000, "[one.datastore.allocate] DS_MAD named \"restic\" is not defined in oned.conf"),
            Refused(await One.Call("one.datastore.allocate", "NAME=vault DS_MAD=restic TYPE=BACKUP_DS", -1)));
        var made = await One.Call("one.datastore.allocate", "NAME=vault DS_MAD=dummy TM_MAD=dummy TYPE=BACKUP_DS", -1);
        Assert.True(made.Ok, $"{made}");
        var shown = (await One.Call("one.datastore.info", made.Id)).Document;
        Assert.Equal(("3", "dummy", "-"), (shown.Element("TYPE")!.Value, shown.Element("DS_MAD")!.Value, shown.Element("TM_MAD")!.Value));
        Assert.False((await One.Call("one.image.allocate", "NAME=b TYPE=DATABLOCK SIZE=1", made.Id)).Ok);
        Assert.True((await One.Call("one.datastore.update", made.Id, "COLOR=red", 0)).Ok);
        Assert.Equal("BACKUP_DS", (await One.Call("one.datastore.info", made.Id)).Document.Element("TEMPLATE")!.Element("TYPE")!.Value);
        Assert.True((await One.Call("one.datastore.delete", made.Id)).Ok);
    }

    [Fact]
    public async Task Datastores_come_and_go_and_say_how_much_room_there_is()
    {
        Assert.Equal((0x2000, "[one.datastore.allocate] No DS_MAD in template."), Refused(await One.Call("one.datastore.allocate", "NAME=x TM_MAD=ssh", -1)));
        Assert.Equal(0x400, (await One.Call("one.datastore.allocate", "NAME=x DS_MAD=fs TM_MAD=ssh", 77)).Code);
        var made = await One.Call("one.datastore.allocate", "NAME=fast DS_MAD=fs TM_MAD=qcow2", -1);
        Assert.True(made.Ok, $"{made}");
        Assert.True(made.Id >= 100);
        Assert.Equal(0x2000, (await One.Call("one.datastore.allocate", "NAME=fast DS_MAD=fs TM_MAD=ssh", -1)).Code);
        var image = await One.Call("one.image.allocate", "NAME=infast TYPE=DATABLOCK SIZE=3 FORMAT=raw", made.Id);
        Assert.True(image.Ok, $"{image}");
        Assert.Equal((0x800, $"[one.datastore.delete] Cannot delete datastore. Datastore {made.Id} is not empty."), Refused(await One.Call("one.datastore.delete", made.Id)));
        Assert.True((await One.Call("one.datastore.rename", made.Id, "faster")).Ok);
        Assert.Equal("faster", (await One.Call("one.image.info", image.Id)).Document.Element("DATASTORE")!.Value);
        await Until.True(async () => await Room(made.Id) is { Total: > 0, Free: > 0, Used: > 0 });
        await Until.True(async () => await Room(0) is { Total: > 0, Free: > 0 }); // the hosts'
        Assert.True((await One.Call("one.datastore.update", made.Id, "NOTE=x", 1)).Ok);
        Assert.Equal(0x2000, (await One.Call("one.datastore.enable", made.Id, false)).Code);
        Assert.True((await One.Call("one.image.delete", image.Id, true)).Ok);
        Assert.True((await One.Call("one.datastore.delete", made.Id)).Ok);
        Assert.Equal(0x400, (await One.Call("one.datastore.info", made.Id)).Code);

        var system = await One.Call("one.datastore.allocate", "NAME=sys2 TYPE=SYSTEM_DS TM_MAD=ssh", -1);
        Assert.True(system.Ok, $"{system}");
        Assert.True((await One.Call("one.datastore.enable", system.Id, false)).Ok);
        Assert.Equal("1", (await One.Call("one.datastore.info", system.Id)).Document.Element("STATE")!.Value);
        Assert.True((await One.Call("one.datastore.delete", system.Id)).Ok);
    }

    [Fact]
    public async Task An_image_becomes_an_app_and_the_app_an_image_again()
    {
        var market = await One.Call("one.market.allocate", $"NAME=ours MARKET_MAD=http BASE_URL=\"http://127.0.0.1:9/apps\" PUBLIC_DIR=\"{_folder.FullName}\"");
        Assert.True(market.Ok, $"{market}");
        Assert.Equal(0x4000, (await One.Call("one.market.allocate", "NAME=theirs MARKET_MAD=linuxcontainers")).Code);
        var file = Path.Combine(_folder.FullName, "content");
        File.WriteAllBytes(file, RandomNumberGenerator.GetBytes(3 << 20));
        var origin = await Ready(await One.Call("one.image.allocate", $"NAME=origin-of-app TYPE=OS PATH=\"{file}\"", 1));
        var app = await One.Call("one.marketapp.allocate", $"NAME=tool ORIGIN_ID={origin} DESCRIPTION=\"a tool\" APPTEMPLATE64=\"REVWX1BSRUZJWD1zZA==\"", market.Id);
        Assert.True(app.Ok, $"{app}");
        await Until.True(async () => (await App(app.Id)).Element("STATE")!.Value == "1");
        var shown = await App(app.Id);
        Assert.Equal(
            (Convert.ToHexStringLower(MD5.HashData(File.ReadAllBytes(file))), "3", "raw", $"{market.Id}", "ours"),
            (shown.Element("MD5")!.Value, shown.Element("SIZE")!.Value, shown.Element("FORMAT")!.Value, shown.Element("MARKETPLACE_ID")!.Value, shown.Element("MARKETPLACE")!.Value));
        Assert.StartsWith("http://127.0.0.1:9/apps/", shown.Element("SOURCE")!.Value, StringComparison.Ordinal);
        Assert.Equal([$"{app.Id}"], (await One.Call("one.market.info", market.Id)).Document.Element("MARKETPLACEAPPS")!.Elements("ID").Select(e => e.Value));
        Assert.Contains((await One.Call("one.marketapppool.info", -2, -1, -1)).Document.Elements("MARKETPLACEAPP"), a => a.Element("ID")!.Value == $"{app.Id}");
        Assert.Contains((await One.Call("one.marketpool.info")).Document.Elements("MARKETPLACE"), m => m.Element("ID")!.Value == $"{market.Id}");

        var exported = await Ready(await One.Call("one.image.allocate", $"NAME=exported TYPE=OS FROM_APP=\"{app.Id}\"", 1));
        var image = (await One.Call("one.image.info", exported)).Document;
        Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(image.Element("SOURCE")!.Value));
        Assert.Equal("tool", image.Element("TEMPLATE")!.Element("FROM_APP_NAME")!.Value);

        // A file that is not what it was is not taken.
        var published = Directory.GetFiles(_folder.FullName, "app-*").Single();
        File.WriteAllBytes(published, RandomNumberGenerator.GetBytes(3 << 20));
        var spoilt = await One.Call("one.image.allocate", $"NAME=spoilt TYPE=OS FROM_APP={app.Id}", 1);
        await Until.True(async () => (await One.Call("one.image.info", spoilt.Id)).Document.Element("STATE")!.Value == "5");
        Assert.Contains("MD5", (await One.Call("one.image.info", spoilt.Id)).Document.Element("TEMPLATE")!.Element("ERROR")!.Value, StringComparison.Ordinal);
        Assert.False((await One.Call("one.image.enable", spoilt.Id, true)).Ok);

        Assert.Equal((0x800, $"[one.market.delete] Cannot delete marketplace. MARKETPLACE {market.Id} is not empty."), Refused(await One.Call("one.market.delete", market.Id)));
        Assert.True((await One.Call("one.marketapp.enable", app.Id, false)).Ok);
        Assert.Equal("4", (await App(app.Id)).Element("STATE")!.Value);
        Assert.Equal(0x800, (await One.Call("one.image.allocate", $"NAME=no TYPE=OS FROM_APP={app.Id}", 1)).Code);
        Assert.True((await One.Call("one.marketapp.update", app.Id, "VERSION=2 SOURCE=evil", 1)).Ok);
        Assert.Equal("2", (await App(app.Id)).Element("VERSION")!.Value);
        Assert.True((await One.Call("one.marketapp.chmod", app.Id, 1, 1, 1, 1, 0, 0, 1, 0, 0)).Ok);
        Assert.True((await One.Call("one.marketapp.lock", app.Id, 4, false)).Ok);
        Assert.False((await One.Call("one.marketapp.delete", app.Id)).Ok);
        Assert.True((await One.Call("one.marketapp.unlock", app.Id)).Ok);
        Assert.True((await One.Call("one.marketapp.delete", app.Id)).Ok);
        Assert.Empty(Directory.GetFiles(_folder.FullName, "app-*"));
        Assert.True((await One.Call("one.market.rename", market.Id, "nobodys")).Ok);
        Assert.True((await One.Call("one.market.enable", market.Id, false)).Ok);
        Assert.Equal((0x800, $"[one.marketapp.allocate] Marketplace {market.Id} (nobodys) is disabled"), Refused(await One.Call("one.marketapp.allocate", "NAME=x ORIGIN_ID=0", market.Id)));
        Assert.True((await One.Call("one.market.delete", market.Id)).Ok);
    }

    private async Task<int> Ready(Reply made)
    {
        Assert.True(made.Ok, $"{made}");
        await Until.True(async () => (await One.Call("one.image.info", made.Id)).Document.Element("STATE")!.Value == "1");
        return made.Id;
    }

    private async Task<System.Xml.Linq.XElement> App(int app) => (await One.Call("one.marketapp.info", app)).Document;

    private async Task<(long Total, long Free, long Used)> Room(int store)
    {
        var shown = (await One.Call("one.datastore.info", store)).Document;
        return ((long)shown.Element("TOTAL_MB")!, (long)shown.Element("FREE_MB")!, (long)shown.Element("USED_MB")!);
    }

    private static (int Code, string Text) Refused(Reply reply) => (reply.Code, reply.Value);

    public void Dispose() => _folder.Delete(recursive: true);
}
