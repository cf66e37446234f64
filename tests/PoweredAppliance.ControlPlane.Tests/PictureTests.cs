using System.Collections;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Data.Sqlite;
using PoweredAppliance.ControlPlane.Persistence;
using PoweredAppliance.ControlPlane.Serialization;
using PoweredAppliance.Core;
using PoweredAppliance.Core.Access;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Templates;
using PoweredAppliance.Core.Vms;
using Xunit;

namespace PoweredAppliance.ControlPlane.Tests;

public sealed class PictureTests
{
    private const string Small = "CPU=1\nMEMORY=1024\nCONTEXT=[TOKEN=\"x \\\"y\\\" ]] <&>\",SET=é]";

    private static readonly Template Odd = Template.Parse("B=1\nA=[Z=\"\",Y=\"2\"]\nA=[]\nB=\"two\nlines\"\nE=");

    public static TheoryData<string> Changes => [.. typeof(VmChange).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(VmChange))).Select(t => t.Name)];

    [Fact]
    public void Every_field_of_a_VM_comes_back_also_with_values_that_are_defaults_of_their_types()
    {
        var full = (VirtualMachine)Made(typeof(VirtualMachine), full: true, depth: 0)!;
        var bare = (VirtualMachine)Made(typeof(VirtualMachine), full: false, depth: 0)!;
        Assert.Equal(Said(full), Said(PictureForm.Vm(PictureForm.Bytes(full))));
        Assert.Equal(Said(bare), Said(PictureForm.Vm(PictureForm.Bytes(bare))));
        Assert.NotEqual(Said(full), Said(bare));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_change_comes_back(string kind)
    {
        var vm = (VirtualMachine)Made(typeof(VirtualMachine), full: true, depth: 0)! with
        {
            Changing = new((VmChange)Made(typeof(VmChange).GetNestedType(kind)!, full: true, depth: 0)!, new(VmState.Active, LcmState.Running)),
        };
        Assert.Equal(Said(vm), Said(PictureForm.Vm(PictureForm.Bytes(vm))));
    }

    [Fact]
    public void A_picture_that_was_cut_anywhere_is_no_VM()
    {
        var whole = PictureForm.Bytes((VirtualMachine)Made(typeof(VirtualMachine), full: true, depth: 0)!);
        for (var length = 0; length < whole.Length; length++)
            Assert.ThrowsAny<Exception>(() => PictureForm.Vm(whole[..length]));
    }

    [Fact]
    public async Task A_partition_begins_with_its_picture_and_its_events_are_still_told()
    {
        await using var site = await Site.Start();
        var (a, b) = (await site.Create(Small), await site.Create(Small));
        await site.Reach(a, LcmState.Running);
        await site.Reach(b, LcmState.Running);
        await site.Act(b, VmAction.TerminateHard);
        await site.Reach(b, VmState.Done);
        var (before, events) = (Said(site.Vm(a)), site.Inventory.Vms.Events(a));
        await Pictured(site, a, b);
        await site.Down();
        Forge(site, a, "forged"); // shows that it is the picture that is read
        await site.Up();
        Assert.Equal("forged", site.Vm(a).Name);
        Assert.Equal(before, Said(site.Vm(a) with { Name = "one-0" }));
        Assert.Equal(VmState.Done, site.Vm(b).State);
        await site.Act(a, VmAction.PoweroffHard);
        await site.Reach(a, VmState.Poweroff);
        var after = site.Inventory.Vms.Events(a);
        Assert.Equal(events.Select(Kind), after.Take(events.Count).Select(Kind));
        Assert.Equal(Enumerable.Range(1, after.Count).Select(n => (long)n), after.Select(e => e.Sequence));
        await Pictured(site, a);
        await site.Down();
        await site.Up();
        foreach (var (action, phase) in ((VmAction, Lifecycle.Phase)[])[(VmAction.Resume, LcmState.Running), (VmAction.PoweroffHard, VmState.Poweroff)])
        {
            await site.Act(a, action);
            await site.Reach(a, phase);
            await Pictured(site, a); // twice without a look at what was before
        }

        var last = site.Inventory.Vms.Events(a);
        Assert.Equal(after.Select(Kind), last.Take(after.Count).Select(Kind));
        Assert.Equal(Enumerable.Range(1, last.Count).Select(n => (long)n), last.Select(e => e.Sequence));
        await site.Down();
        await site.Up();
        after = last;
        Assert.Equal(after.Select(Kind), site.Inventory.Vms.Events(a).Select(Kind));
        Assert.Equal((VmState.Poweroff, "forged"), (site.Vm(a).State, site.Vm(a).Name));

        static (long, Type, long) Kind((long Sequence, VmProtocol.IEvent Event) e) => (e.Sequence, e.Event.GetType(), e.Event.At.ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("it is gone")]
    [InlineData("it is no database")]
    [InlineData("another build wrote it")]
    [InlineData("the journal is an older copy")]
    [InlineData("a VM in it cannot be read")]
    public async Task A_picture_that_cannot_be_taken_at_its_word_is_passed_over(string what)
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        var before = Said(site.Vm(vm));
        await Pictured(site, vm);
        await site.Down();
        Forge(site, vm, "forged");
        switch (what)
        {
            case "it is gone": File.Delete(site.Pictures); break;
            case "it is no database": File.WriteAllText(site.Pictures, new string('x', 10_000)); break;
            case "another build wrote it": Run(site.Pictures, "UPDATE head SET build = 'x'"); break;
            case "the journal is an older copy": Run(site.Pictures, "UPDATE head SET created = created + 1"); break;
            default: Run(site.Pictures, "UPDATE vm SET vm = x'7b7d'"); break;
        }

        await site.Up();
        Assert.Equal(before, Said(site.Vm(vm)));
        await site.Act(vm, VmAction.PoweroffHard);
        await site.Reach(vm, VmState.Poweroff);
        await Pictured(site, vm);
    }

    [Fact]
    public async Task A_picture_that_its_file_lost_is_followed_by_a_whole_one()
    {
        await using var site = await Site.Start();
        var (a, b) = (await site.Create(Small), await site.Create(Small));
        await site.Reach(a, LcmState.Running);
        await site.Reach(b, LcmState.Running);
        await Pictured(site, a, b);
        Run(site.Pictures, "DELETE FROM head; DELETE FROM vm");
        foreach (var vm in (VmId[])[a, b])
        {
            await site.Act(vm, VmAction.PoweroffHard);
            await site.Reach(vm, VmState.Poweroff);
        }

        await site.Act(a, VmAction.Resume);
        await site.Reach(a, LcmState.Running);
        await site.Act(b, VmAction.Resume);
        await site.Reach(b, LcmState.Running);
        await Pictured(site, a, b);
        await site.Down();
        await site.Up();
        Assert.Equal((LcmState.Running, LcmState.Running), (site.Vm(a).Lcm, site.Vm(b).Lcm));
    }

    [Fact]
    public async Task Who_throws_the_file_away_under_a_running_controller_loses_old_words_and_nothing_else()
    {
        await using var site = await Site.Start();
        var vm = await site.Create(Small);
        await site.Reach(vm, LcmState.Running);
        await Pictured(site, vm);
        await site.Down();
        await site.Up();
        File.Delete(site.Pictures);
        Assert.Empty(site.Inventory.Vms.Events(vm));
        await site.Act(vm, VmAction.PoweroffHard);
        await site.Reach(vm, VmState.Poweroff);
        Assert.NotEmpty(site.Inventory.Vms.Events(vm));
        await site.Down();
        await site.Up();
        Assert.Equal(VmState.Poweroff, site.Vm(vm).State);
    }

    private static Task Pictured(Site site, params VmId[] vms) => Site.Until(
        () => vms.All(id => Rows(site.Pictures, $"SELECT vm FROM vm WHERE id = {id}") is [{ Length: > 2 } bytes] && Said(PictureForm.Vm(bytes)) == Said(site.Vm(id))),
        "the picture is not taken");

    private static void Forge(Site site, VmId vm, string name)
    {
        var bytes = PictureForm.Bytes(PictureForm.Vm(Rows(site.Pictures, $"SELECT vm FROM vm WHERE id = {vm}").Single()) with { Name = name });
        Run(site.Pictures, $"UPDATE vm SET vm = x'{Convert.ToHexString(bytes)}' WHERE id = {vm}");
    }

    private static List<byte[]> Rows(string path, string select)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = select;
        using var rows = command.ExecuteReader();
        var found = new List<byte[]>();
        while (rows.Read())
            found.Add((byte[])rows[0]);
        return found;
    }

    private static void Run(string path, string text)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    /// <summary>A value of the type with something (<paramref name="full"/>) or nothing in every field that is stored.</summary>
    private static object? Made(Type type, bool full, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } of)
            return full ? Made(of, full, depth) : null;
        if (type == typeof(Template))
            return full ? Odd : Template.Empty;
        if (type == typeof(VectorAttribute))
            return full ? Odd.Vector("A") : VectorAttribute.Of("X");
        if (type == typeof(string))
            return full ? $"text {depth}" : "";
        if (type == typeof(VmChange))
            return new VmChange.DetachNic(full ? 3 : 0);
        if (type.IsEnum)
            return full ? Enum.GetValues(type).Cast<object>().Last() : Enum.ToObject(type, 0);
        if (type.IsPrimitive || type == typeof(decimal))
            return full ? Convert.ChangeType(type == typeof(bool) ? 1 : depth + 2, type, null) : Activator.CreateInstance(type);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return typeof(PictureTests).GetMethod(nameof(Many), BindingFlags.NonPublic | BindingFlags.Static)!
                .MakeGenericMethod(type.GetGenericArguments()[0]).Invoke(null, [full, depth]);
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        var nullable = new NullabilityInfoContext();
        var made = constructor.Invoke([.. constructor.GetParameters().Select((p, i) =>
            full || nullable.Create(p).WriteState is not NullabilityState.Nullable ? Made(p.ParameterType, full, depth + 1 + i) : null)]);
        foreach (var (property, i) in Stored(type).Where(p => p.CanWrite).Select((p, i) => (p, i)))
            property.SetValue(made, full || nullable.Create(property).WriteState is not NullabilityState.Nullable ? Made(property.PropertyType, full, depth + 1 + i) : null);
        return made;
    }

    private static ImmutableArray<T> Many<T>(bool full, int depth) => full ? [(T)Made(typeof(T), full, depth + 1)!, (T)Made(typeof(T), full: false, depth)!] : [];

    private static IEnumerable<PropertyInfo> Stored(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite && p.GetIndexParameters().Length == 0);

    /// <summary>All that can be set of a value, as text.</summary>
    private static string Said(object? value) => value switch
    {
        null => "null",
        Template t => $"<{t.ToText()}>",
        VectorAttribute v => $"<{v}>",
        string s => $"'{s}'",
        _ when value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is decimal => $"{value}",
        IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Said))}]",
        _ => $"{value.GetType().Name}({string.Join(", ", Stored(value.GetType()).Select(p => $"{p.Name}={Said(p.GetValue(value))}"))})",
    };
}
