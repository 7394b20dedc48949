using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Kritis.Events.Benchmarks.Data;
using Kritis.Events.Benchmarks.Running;
using Kritis.Events.Servers;

namespace Kritis.Events.Benchmarks.Soak;

/// <summary>
/// Pushes to the registry, each asked for until it is admitted, and beside them admissions of images that were pushed before and of others that never were.
/// </summary>
internal sealed class SoakLoad(SigningInstallation installation) : IDisposable
{
    private const int Repositories = 10;
    private const int MostKnown = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly HttpClient _registry = new() { BaseAddress = new Uri($"http://{installation.Registry.Address}") };
    private readonly ConcurrentDictionary<int, string> _known = new();
    private readonly ConcurrentQueue<double> _pushTimes = new();
    private readonly ConcurrentQueue<double> _admissionTimes = new();
    private readonly ConcurrentQueue<string> _wrong = new();
    private long _attested;

    /// <summary>How many pushes became admissions.</summary>
    public long Attested => Interlocked.Read(ref _attested);

    public double[] PushTimes => [.. _pushTimes.Order()];

    public double[] AdmissionTimes => [.. _admissionTimes.Order()];

    /// <summary>What did not come out as it should.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>Goes on until it is told to end, and returns when all that was begun has come to its end.</summary>
    /// <param name="pushes">Pushes a second.</param>
    /// <param name="admissions">Admissions a second, beside those of the pushes.</param>
    /// <param name="ending">Ends it.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public Task RunAsync(double pushes, double admissions, CancellationToken ending, CancellationToken cancellationToken) => Task.WhenAll(
        RepeatAsync(pushes, number => PushAsync(number, cancellationToken), ending),
        RepeatAsync(admissions, number => AdmitAsync(number, cancellationToken), ending));

    public void Dispose() => _registry.Dispose();

    private async Task RepeatAsync(double rate, Func<int, Task> begin, CancellationToken ending)
    {
        var underWay = new ConcurrentDictionary<int, Task>();
        try
        {
            await foreach (var number in Pace.AtAsync(rate, ending))
            {
                underWay[number] = NoteAsync(begin(number));
                _ = underWay[number].ContinueWith(_ => underWay.TryRemove(number, out var _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            await Task.WhenAll(underWay.Values);
        }
    }

    private async Task NoteAsync(Task one)
    {
        try
        {
            await one;
        }
        catch (Exception failure) when (failure is HttpRequestException or InvalidOperationException or TimeoutException)
        {
            _wrong.Enqueue($"{failure.Message} {failure.GetBaseException().Message}");
        }
    }

    private async Task PushAsync(int number, CancellationToken cancellationToken)
    {
        var repository = $"{SigningFolder.Namespace}/app{number % Repositories}";
        var tag = string.Create(CultureInfo.InvariantCulture, $"v{number}");
        var digest = await RawPush.PutImageAsync(_registry, repository, tag, $"image {number}", cancellationToken);
        var image = $"{installation.Registry.Address}/{repository}@{digest}";
        var review = Reviews.OfPod(image);
        var pushed = Stopwatch.GetTimestamp();
        while (!(await AdmissionAnswer.AskAsync(installation.Verifiers[0].Http, review, cancellationToken)).Allowed)
        {
            // The verifier waits for what it has heard of; it is asked again where it has not even heard of the push, and not so often that this is the load.
            await Task.Delay(Pause, cancellationToken);
            if (Stopwatch.GetElapsedTime(pushed) > Patience)
            {
                throw new TimeoutException($"{image} was pushed {Patience.TotalSeconds} s ago and is not admitted.");
            }
        }

        _pushTimes.Enqueue(Stopwatch.GetElapsedTime(pushed).TotalMilliseconds);
        _known[number % MostKnown] = image;
        _ = Interlocked.Increment(ref _attested);
    }

    private async Task AdmitAsync(int number, CancellationToken cancellationToken)
    {
        var known = number % 2 == 0 && _known.TryGetValue(number / 2 % Math.Max(_known.Count, 1), out var pushed) ? pushed : null;
        var image = known ?? $"{installation.Registry.Address}/{SigningFolder.Namespace}/app0@{BenchmarkImages.Of(number).Digest}";
        var started = Stopwatch.GetTimestamp();
        var answer = await AdmissionAnswer.AskAsync(installation.Verifiers[0].Http, Reviews.OfPod(image), cancellationToken);
        _admissionTimes.Enqueue(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        if (answer.Allowed != known is not null)
        {
            _wrong.Enqueue(answer.Allowed ? $"{image} was admitted and nobody signed it." : $"{image} was refused and is signed: {answer.Message}");
        }
    }
}
