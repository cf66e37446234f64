using System.Collections.Immutable;
using System.Text.Json;
using PoweredAppliance.Core.Hooks;
using PoweredAppliance.Core.Vms;

namespace PoweredAppliance.ControlPlane.Serialization;

/// <summary>What pictures are made of. It has no versions, since no other build reads it.</summary>
internal static class PictureForm
{
    public static byte[] Bytes(VirtualMachine vm)
    {
        var to = new PictureWriter();
        to.Write(vm);
        return to.ToArray();
    }

    /// <param name="words">those that were met before, so that what many VMs have in common is in memory once</param>
    public static VirtualMachine Vm(byte[] bytes, PictureWords? words = null)
    {
        var from = new PictureReader(bytes, words ?? new());
        return from.Vm();
    }

    public static byte[] Bytes(ImmutableArray<HookProtocol.Fire> untold)
    {
        var to = new PictureWriter();
        to.Many(untold, to.Write);
        return to.ToArray();
    }

    public static ImmutableArray<HookProtocol.Fire> Untold(byte[] bytes)
    {
        var from = new PictureReader(bytes, new());
        return from.Many((ref PictureReader one) => one.Fire());
    }

    /// <summary>As the journal has them, with their manifests.</summary>
    public static byte[] Bytes(ImmutableArray<VmProtocol.IEvent> events)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (var e in events)
                EventSerializer.Write(writer, e);
            writer.WriteEndArray();
        }

        return bytes.ToArray();
    }

    public static ImmutableArray<VmProtocol.IEvent> Events(byte[] bytes)
    {
        var events = ImmutableArray.CreateBuilder<VmProtocol.IEvent>();
        var reader = new Utf8JsonReader(bytes);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.String)
            events.Add((VmProtocol.IEvent)EventSerializer.Read(ref reader));
        return events.ToImmutable();
    }
}
