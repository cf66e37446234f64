using System.Text.Json;
using System.Text.Json.Serialization;

namespace PoweredAppliance.Simulation;

/// <summary>
/// The world's events as lines of JSON in one file, one writer. A line is one write, so that a killed writer leaves whole
/// lines, at worst a torn last one, which is cut off at the next opening. Not synced: simulated hardware outlives the
/// process, not the power of the machine it is simulated on.
/// </summary>
internal sealed class WorldLog : IDisposable
{
    internal const string FileName = "world.jsonl";
    private readonly FileStream _writer;
    private readonly FileStream _file;

    /// <summary>Throws <see cref="IOException"/> when another process writes this world.</summary>
    internal WorldLog(string directory, Action<WorldEvent> onEvent)
    {
        Directory.CreateDirectory(directory);
        // the system lets go of this lock when the process dies, however it dies
        _writer = new FileStream(Path.Combine(directory, "world.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        _file = new FileStream(Path.Combine(directory, FileName), new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
        });
        var whole = Replay(_file, onEvent);
        _file.SetLength(whole);
        _file.Position = whole;
    }

    internal void Append(WorldEvent e)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(e, WorldJson.Default.WorldEvent);
        Array.Resize(ref line, line.Length + 1);
        line[^1] = (byte)'\n';
        _file.Write(line);
    }

    public void Dispose()
    {
        _file.Dispose();
        _writer.Dispose();
    }

    /// <summary>Reads a world that another process may be writing.</summary>
    internal static void Read(string directory, Action<WorldEvent> onEvent)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
            return;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Replay(file, onEvent);
    }

    /// <returns>bytes of whole lines</returns>
    private static long Replay(FileStream file, Action<WorldEvent> onEvent)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var start = 0;
        for (int end; (end = Array.IndexOf(bytes, (byte)'\n', start)) >= 0; start = end + 1)
        {
            onEvent(JsonSerializer.Deserialize(bytes.AsSpan(start, end - start), WorldJson.Default.WorldEvent)
                ?? throw new InvalidDataException($"{file.Name}: no event at byte {start}"));
        }

        return start;
    }
}

[JsonSerializable(typeof(WorldEvent))]
internal sealed partial class WorldJson : JsonSerializerContext;
