using System.Runtime.InteropServices;

namespace LibvirtSharp;

/// <summary>Waits for a stream that does not block to have something to read or room to write. One C callback a stream,
/// asking only for what somebody waits for.</summary>
internal sealed unsafe class StreamReadiness(StreamHandle stream)
{
    /// <summary>The callback in C keeps this alive, so it must not keep the stream alive.</summary>
    private readonly WeakReference<StreamHandle> _stream = new(stream);

    private const StreamEventType Broken = StreamEventType.Error | StreamEventType.Hangup;

    private readonly Lock _lock = new();
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;
    private nint _token;
    private bool _ended;

    public Task Wait(StreamEventType what)
    {
        Task waiting;
        lock (_lock)
        {
            if (_ended)
                return Task.CompletedTask; // the next call on the stream says what is wrong
            ref var waiter = ref what == StreamEventType.Readable ? ref _reader : ref _writer;
            waiter ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = waiter.Task;
        }

        Ask();
        return waiting;
    }

    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            _reader?.TrySetResult();
            _writer?.TrySetResult();
            CallbackTable.Remove(_token);
        }
    }

    /// <summary>Outside the lock where C is called: C may be in our callback on the event-loop thread, which takes the lock.</summary>
    private void Ask()
    {
        StreamEventType wanted;
        bool first;
        if (!_stream.TryGetTarget(out var stream))
            return;
        lock (_lock)
        {
            wanted = (_reader is null ? 0 : StreamEventType.Readable) | (_writer is null ? 0 : StreamEventType.Writable);
            first = _token == 0;
            if (first)
                _token = CallbackTable.Add(this);
        }

        if (!first)
        {
            Check.Ok(Interop.virStreamEventUpdateCallback(stream, (int)(wanted | Broken)));
            return;
        }

        try
        {
            Check.Ok(Interop.virStreamEventAddCallback(stream, (int)(wanted | Broken), &OnEvent, _token, CallbackTable.Free));
        }
        catch (LibvirtException)
        {
            CallbackTable.Remove(_token);
            throw;
        }
    }

    private void Happened(StreamEventType events)
    {
        TaskCompletionSource? reader = null, writer = null;
        StreamEventType left;
        lock (_lock)
        {
            if ((events & (StreamEventType.Readable | Broken)) != 0)
                (reader, _reader) = (_reader, null);
            if ((events & (StreamEventType.Writable | Broken)) != 0)
                (writer, _writer) = (_writer, null);
            left = (_reader is null ? 0 : StreamEventType.Readable) | (_writer is null ? 0 : StreamEventType.Writable);
            _ended |= (events & Broken) != 0;
        }

        // What nobody waits for must not be asked for, or the loop would call without pause.
        if (_stream.TryGetTarget(out var stream))
            Interop.virStreamEventUpdateCallback(stream, (int)left);
        reader?.TrySetResult();
        writer?.TrySetResult();
    }

    [UnmanagedCallersOnly]
    private static void OnEvent(nint pointer, int events, nint token)
    {
        try
        {
            CallbackTable.Find<StreamReadiness>(token)?.Happened((StreamEventType)events);
        }
        catch (ObjectDisposedException)
        {
            // The stream was disposed of while its event was on the way; End has told who waited.
        }
    }
}
