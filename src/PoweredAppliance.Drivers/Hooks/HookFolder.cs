using System.Diagnostics;
using System.Text;
using PoweredAppliance.Core.Hooks;

namespace PoweredAppliance.Drivers.Hooks;

/// <summary>
/// Runs hooks' commands: files of one folder, which an operator puts there. No shell, an environment of its own (the daemon's may hold
/// secrets), the beginning of what it says kept, the rest read and let go.
/// </summary>
public sealed class HookFolder(string folder, TimeProvider time)
{
    private readonly string _folder = Path.GetFullPath(folder);

    /// <inheritdoc cref="RunHook"/>
    public async Task<HookOutcome> Run(HookCommand command, CancellationToken stop)
    {
        var path = Path.GetFullPath(Path.Combine(_folder, command.Path));
        var line = string.Join(' ', command.Arguments.Prepend(path));
        if (!path.StartsWith(_folder + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            return NotRun(line, $"{command.Path} is not in the folder of hooks, {_folder}");
        if (!File.Exists(path))
            return NotRun(line, $"there is no file {path}");

        using var process = new Process { StartInfo = Start(path, command.Arguments) };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return NotRun(line, e.Message);
        }

        using var late = new CancellationTokenSource(command.Timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, late.Token);
        try
        {
            var (said, complained) = (Beginning(process.StandardOutput.BaseStream, limit.Token), Beginning(process.StandardError.BaseStream, limit.Token));
            await Write(process, command.Stdin, limit.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
            return new(line, process.ExitCode, await said.ConfigureAwait(false), await complained.ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stop.ThrowIfCancellationRequested();
            return NotRun(line, $"Timeout executing {path}: it did not end within {command.Timeout.TotalSeconds:0} s");
        }
    }

    private ProcessStartInfo Start(string path, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            WorkingDirectory = _folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = _folder;
        start.Environment["LANG"] = "C.UTF-8";
        return start;
    }

    private static async Task Write(Process process, string? stdin, CancellationToken stop)
    {
        try
        {
            if (stdin is not null)
                await process.StandardInput.WriteAsync(stdin.AsMemory(), stop).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read what it is told; its end says whether that was right.
        }
    }

    private static async Task<string> Beginning(Stream from, CancellationToken stop)
    {
        var (kept, length, rest) = (new byte[HookOutcome.MostOutput], 0, new byte[4096]);
        while (true)
        {
            var room = length < kept.Length ? kept.AsMemory(length) : rest;
            var read = await from.ReadAsync(room, stop).ConfigureAwait(false);
            if (read == 0)
                return Encoding.UTF8.GetString(kept, 0, length);
            if (length < kept.Length)
                length += read;
        }
    }

    private static HookOutcome NotRun(string line, string why) => new(line, HookOutcome.NotRun, "", why);
}
