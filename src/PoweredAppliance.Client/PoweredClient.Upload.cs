using System.Net;
using System.Net.Http.Headers;
using PoweredAppliance.Client.Wire;

namespace PoweredAppliance.Client;

public sealed partial class PoweredClient
{
    private const int UploadTries = 4;

    /// <summary>
    /// Sends the content of an image that was added with <see cref="ImageAdd.Upload"/>. When the connection breaks it
    /// asks how much is
    /// stored and goes on from there, giving up after the fourth break that brought nothing new.
    /// </summary>
    /// <param name="content">Seekable; read from its beginning.</param>
    /// <param name="progress">Told how many bytes are sent.</param>
    public async Task<Image> Upload(
        int image, Stream content, IProgress<long>? progress = null, CancellationToken stop = default)
    {
        long stored = 0;
        for (var fruitless = 0; ; fruitless++)
        {
            try
            {
                return await PutContent(image, content, stored, progress, stop).ConfigureAwait(false);
            }
            catch (PoweredException e) when (
                fruitless < UploadTries && e.Failure is Failure.Unreachable or Failure.TimedOut)
            {
                await Task.Delay(_options.RetryDelay * (1 << fruitless), _options.Time, stop).ConfigureAwait(false);
                var now = await GetImage(image, stop).ConfigureAwait(false);
                if (now.State != "LOCKED")
                    return now; // the last byte had arrived; only the answer was lost
                var reached = now.Progress?.BytesDone ?? 0;
                fruitless = reached > stored ? 0 : fruitless;
                stored = reached;
            }
        }
    }

    private async Task<Image> PutContent(
        int image, Stream content, long offset, IProgress<long>? progress, CancellationToken stop)
    {
        content.Position = offset;
        using var alarm = Alarm(stop);
        using var body = new ContentFrom(content, sent =>
        {
            alarm.CancelAfter(_options.Deadline); // the deadline is for each silence, not for the whole
            progress?.Report(sent);
        });
        return await Guard(Routes.ImageContent, alarm, stop, async () =>
        {
            var path = Query(At(Routes.ImageContent, image), ("offset", offset));
            using var reply = await Send(HttpMethod.Put, path, body, alarm, stop).ConfigureAwait(false);
            var bytes = await reply.Content.ReadAsByteArrayAsync(alarm.Token).ConfigureAwait(false);
            return System.Text.Json.JsonSerializer.Deserialize(bytes, Json.Image)
                ?? throw PoweredException.NotUnderstood(path, (int)reply.StatusCode);
        }).ConfigureAwait(false);
    }

    /// <summary>The rest of a stream as a request's body, telling after each piece where it stands.</summary>
    private sealed class ContentFrom : HttpContent
    {
        private readonly Stream _from;
        private readonly Action<long> _sent;

        public ContentFrom(Stream from, Action<long> sent)
        {
            (_from, _sent) = (from, sent);
            Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken stop)
        {
            var buffer = new byte[256 * 1024];
            int got;
            while ((got = await _from.ReadAsync(buffer, stop).ConfigureAwait(false)) > 0)
            {
                await stream.WriteAsync(buffer.AsMemory(0, got), stop).ConfigureAwait(false);
                _sent(_from.Position);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _from.Length - _from.Position;
            return true;
        }
    }
}
