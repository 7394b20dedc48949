using System.Collections.Concurrent;
using System.Diagnostics;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.ManyPods;

/// <summary>Asks a verifier about Pods, each with images that no other has; in every tenth Pod one image was never attested.</summary>
/// <param name="verifier">A client of it.</param>
/// <param name="pods">How many Pods.</param>
internal sealed class PodLoad(HttpClient verifier, int pods)
{
    public const int ImagesEach = 10;
    private const int RefusedEvery = 10;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    /// <summary>Asks about all at an even rate, however slowly they are answered.</summary>
    public Task<PodResult> AtRateAsync(double rate, CancellationToken cancellationToken) => MeasureAsync(async asked =>
    {
        var underWay = new List<Task>(pods);
        await foreach (var number in Pace.AtAsync(rate, cancellationToken).Take(pods))
        {
            underWay.Add(asked.AskAsync(number, cancellationToken));
        }

        await Task.WhenAll(underWay);
    });

    /// <summary>Asks about all as fast as they are answered.</summary>
    public Task<PodResult> AtOnceAsync(int atOnce, CancellationToken cancellationToken) => MeasureAsync(asked => Parallel.ForAsync(
        0, pods, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken },
        async (number, cancelled) => await asked.AskAsync(number, cancelled)));

    private async Task<PodResult> MeasureAsync(Func<Asking, Task> ask)
    {
        var asked = new Asking(verifier);
        var watch = Stopwatch.StartNew();
        await ask(asked);
        return asked.Result(watch.Elapsed);
    }

    private sealed class Asking(HttpClient verifier)
    {
        private readonly ConcurrentBag<double> _times = [];
        private readonly ConcurrentBag<string> _wrong = [];
        private int _admitted;
        private int _refused;
        private int _timedOut;

        public async Task AskAsync(int pod, CancellationToken cancellationToken)
        {
            var missing = pod % RefusedEvery == RefusedEvery - 1 ? pod % ImagesEach : -1;
            string[] images = [.. Enumerable.Range(0, ImagesEach).Select(at => Image(pod, at, at == missing))];
            var review = Reviews.OfPod(images);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Deadline);
            var started = Stopwatch.GetTimestamp();
            try
            {
                var answer = await AdmissionAnswer.AskAsync(verifier, review, limit.Token);
                _times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                Judge(pod, answer, missing < 0 ? null : images[missing]);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                _ = Interlocked.Increment(ref _timedOut);
            }
            catch (HttpRequestException failure)
            {
                _wrong.Add($"Pod {pod}: {failure.Message}");
            }
        }

        public PodResult Result(TimeSpan elapsed) => new([.. _times.Order()], _admitted, _refused, _timedOut, [.. _wrong], elapsed);

        private void Judge(int pod, AdmissionAnswer answer, string? missing)
        {
            if (missing is null && answer.Allowed)
            {
                _ = Interlocked.Increment(ref _admitted);
            }
            else if (missing is not null && !answer.Allowed && answer.Message.Contains($"image {missing} is not attested", StringComparison.Ordinal))
            {
                _ = Interlocked.Increment(ref _refused);
            }
            else
            {
                _wrong.Add($"Pod {pod}: {(answer.Allowed ? "admitted" : answer.Message)}");
            }
        }

        private static string Image(int pod, int at, bool isMissing)
        {
            var number = (pod * ImagesEach) + at;
            return BenchmarkImages.Of(isMissing ? int.MaxValue - number : number).ToString();
        }
    }
}

/// <summary>What was answered.</summary>
/// <param name="Milliseconds">The time of each answer, rising.</param>
/// <param name="Admitted">Pods that were admitted, and should be.</param>
/// <param name="Refused">Pods that were refused for the image that is not attested.</param>
/// <param name="TimedOut">Pods without an answer within ten seconds.</param>
/// <param name="Wrong">What was answered that should not.</param>
/// <param name="Elapsed">How long all took.</param>
internal sealed record PodResult(double[] Milliseconds, int Admitted, int Refused, int TimedOut, IReadOnlyList<string> Wrong, TimeSpan Elapsed);
