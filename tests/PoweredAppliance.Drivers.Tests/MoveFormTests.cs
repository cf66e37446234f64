using System.Buffers.Binary;
using System.Text;
using System.Xml.Linq;
using CsCheck;
using PoweredAppliance.Core.Drivers;
using PoweredAppliance.Drivers.Domains;
using PoweredAppliance.Drivers.Files;

namespace PoweredAppliance.Drivers.Tests;

/// <summary>What is changed and compared of a VM's files and domain on their way to another host.</summary>
public sealed class MoveFormTests
{
    /// <summary>Pieces of zeros and of other bytes, around the size of what is hashed at a time.</summary>
    private static readonly Gen<(int Bytes, bool Zero, bool AsHole)[]> Pieces = Gen.Select(Gen.Int[1, 200_000], Gen.Bool, Gen.Bool).Array[0, 6];

    [Fact]
    public void A_hole_has_the_digest_of_its_zeros_wherever_the_pieces_begin() => Pieces.Sample(pieces =>
    {
        using var digest = new ContentDigest();
        using var plain = new MemoryStream();
        foreach (var (bytes, zero, asHole) in pieces)
        {
            var content = new byte[bytes];
            if (!zero)
                content.AsSpan().Fill(7);
            plain.Write(content);
            if (zero && asHole)
                digest.Skip(bytes);
            else
                digest.Append(content);
        }

        plain.Position = 0;
        return digest.Finish().AsSpan().SequenceEqual(ContentDigest.Of(plain, default));
    }, iter: 200);

    [Fact]
    public void A_changed_byte_and_a_missing_zero_change_the_digest() => Gen.Select(Gen.Int[1, 200_000], Gen.Int[0, 199_999]).Sample((bytes, at) =>
    {
        var content = new byte[bytes];
        var before = Of(content);
        var shorter = Of(content[..^1]);
        content[at % bytes] = 1;
        return !before.AsSpan().SequenceEqual(Of(content)) && !before.AsSpan().SequenceEqual(shorter);
    }, iter: 200);

    private static byte[] Of(byte[] content)
    {
        using var stream = new MemoryStream(content);
        return ContentDigest.Of(stream, default);
    }

    [Theory]
    [InlineData("/short")]
    [InlineData("/a/much/longer/path/than/the/one/that/stood/there/1/image.qcow2")]
    public void The_image_under_an_overlay_is_named_anew_and_nothing_else_of_its_first_cluster_changes(string path)
    {
        var cluster = new byte[Qcow2Header.ClusterBytes];
        var name = "/ds/1/image.qcow2"u8;
        BinaryPrimitives.WriteUInt64BigEndian(cluster.AsSpan(8), 500);
        BinaryPrimitives.WriteInt32BigEndian(cluster.AsSpan(16), name.Length);
        name.CopyTo(cluster.AsSpan(500));
        cluster[499] = 9;
        Qcow2Header.PutBacking(cluster, path);
        Assert.Equal(path.Length, BinaryPrimitives.ReadInt32BigEndian(cluster.AsSpan(16)));
        Assert.Equal(path, Encoding.UTF8.GetString(cluster.AsSpan(500, path.Length)));
        Assert.False(cluster.AsSpan(500 + path.Length).ContainsAnyExcept((byte)0));
        Assert.Equal((500UL, 9), (BinaryPrimitives.ReadUInt64BigEndian(cluster.AsSpan(8)), cluster[499]));
    }

    [Fact]
    public void A_path_that_the_first_cluster_has_no_room_for_is_refused()
    {
        var cluster = new byte[Qcow2Header.ClusterBytes];
        BinaryPrimitives.WriteUInt64BigEndian(cluster.AsSpan(8), 500);
        BinaryPrimitives.WriteInt32BigEndian(cluster.AsSpan(16), 4);
        cluster[510] = 1; // something of the file's own
        Assert.Contains("no room", Assert.Throws<HostRefusedException>(() => Qcow2Header.PutBacking(cluster, "/a/longer/path")).Message, StringComparison.Ordinal);
        Assert.Contains("which image", Assert.Throws<HostRefusedException>(() => Qcow2Header.PutBacking(new byte[Qcow2Header.ClusterBytes], "/x")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_domain_that_moves_has_the_paths_the_stamp_and_the_port_of_where_it_goes_and_the_rest_as_it_was()
    {
        var vm = Specs.Vm(7) with { Disks = [Specs.Overlay(0, "vda")], Graphics = new("VNC", "0.0.0.0", 5907, null, null) };
        var here = XElement.Parse(DomainXml.Of(vm, new(Specs.Deployment, 3, "/here/0", "/here/1", UseKvm: false)));
        here.Element("devices")!.Element("disk")!.Add(XElement.Parse("<backingStore type='file'><source file='/here/1/base.qcow2'/></backingStore>"));
        var there = DomainMove.To(new(Specs.Deployment, 4, "/there/0", "/there/1", UseKvm: false), vm with { Graphics = vm.Graphics with { Port = 5911 } }, here);
        Assert.Equal(new DomainMetadata(vm.Id, 4, Specs.Deployment), DomainMetadata.Of(there));
        Assert.Equal(here.ToString().Replace("/here/", "/there/", StringComparison.Ordinal).Replace("5907", "5911", StringComparison.Ordinal)
            .Replace("generation=\"3\"", "generation=\"4\"", StringComparison.Ordinal), there.ToString());
    }

    [Theory]
    [InlineData("qemu+tls://rack1-a/system", "tcp://{host}", "tcp://rack1-a")]
    [InlineData("qemu+ssh://root@10.0.0.7:2222/system", "tcp://{host}", "tcp://10.0.0.7")]
    [InlineData("qemu:///system", "tcp://{host}", null)]
    [InlineData("qemu:///system", "tcp://{name}.migration", "tcp://a.migration")]
    [InlineData("qemu+tls://rack1-a/system", "", null)]
    public void Guests_are_taken_where_the_migration_URI_says(string uri, string setting, string? expected) =>
        Assert.Equal(expected, new LibvirtDriverOptions { MigrationUri = setting }.MigrationUriOf(new(new(1), "a", uri, "/ds", Specs.Deployment, null)));
}
