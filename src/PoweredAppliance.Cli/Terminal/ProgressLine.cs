using PoweredAppliance.Cli.Text;

namespace PoweredAppliance.Cli.Terminal;

/// <summary>
/// One line on stderr that is written over while something long goes on. Where stderr is no terminal, a line of its own
/// for each new step.
/// </summary>
internal sealed class ProgressLine : IAsyncDisposable
{
    private const int BarWidth = 24;

    private readonly Shell _shell;
    private readonly long _began;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _redrawing;
    private readonly Lock _lock = new();
    private string _step = "";
    private double? _percent;

    public ProgressLine(Shell shell)
    {
        (_shell, _began) = (shell, shell.Time.GetTimestamp());
        _redrawing = shell.ErrorIsTerminal ? Redraw() : Task.CompletedTask;
    }

    /// <summary>Whether each call is seen, or only new steps.</summary>
    public bool IsDrawn => _shell.ErrorIsTerminal;

    public TimeSpan Elapsed => _shell.Time.GetElapsedTime(_began);

    /// <param name="percent">0 to 100; null when the end is not known.</param>
    public void Show(string step, double? percent = null)
    {
        lock (_lock)
        {
            var isNew = step != _step;
            (_step, _percent) = (step, percent);
            if (_shell.ErrorIsTerminal)
                Draw();
            else if (isNew)
                _shell.Error.WriteLine(step);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _redrawing;
        _end.Dispose();
        if (_shell.ErrorIsTerminal && _step.Length > 0)
            _shell.Error.Write("\r\e[K");
    }

    /// <summary><c>[##########--------------]  42 %</c></summary>
    public static string Bar(double percent)
    {
        var full = (int)Math.Clamp(percent / 100 * BarWidth, 0, BarWidth);
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"[{new string('#', full)}{new string('-', BarWidth - full)}] {Math.Clamp(percent, 0, 100),3:0} %");
    }

    private async Task Redraw()
    {
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(200), _shell.Time);
        try
        {
            while (await tick.WaitForNextTickAsync(_end.Token))
            {
                lock (_lock)
                    Draw();
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
            return; // the long work is over
        }
    }

    private void Draw()
    {
        if (_step.Length == 0)
            return;
        var tail = (_percent is { } percent ? "  " + Bar(percent) : "") + "  " + Human.Span(Elapsed);
        var room = Math.Max(_shell.Size().Width - tail.Length - 1, 10);
        var step = _step.Length <= room ? _step : _step[..(room - 1)] + "…";
        _shell.Error.Write($"\r{step}{tail}\e[K");
    }
}
