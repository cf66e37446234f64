using System.Runtime.InteropServices;
using PoweredAppliance.Cli;

using var stop = new CancellationTokenSource();
var shell = Shell.OfProcess();
var presses = 0;
void Interrupt(PosixSignalContext signal)
{
    // a second Ctrl-C ends the process whatever it is doing
    signal.Cancel = Interlocked.Increment(ref presses) == 1;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);
var code = await CommandLine.Run(shell, args, stop.Token);
await shell.Out.FlushAsync(); // a reader of the pipe that has left, as after `| head`, is no error
return code;
