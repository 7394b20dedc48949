using System.Globalization;
using Kritis.Events.Contracts.Messages;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Keeps a comparison from filling the work queue, so that live pushes do not wait behind it: while too many of what it sent are not attested yet, it
/// waits. Where none of them is attested for long, nobody signs or nothing can be signed, and more of the same would only fill the error queue.
/// </summary>
/// <param name="isMissing">Whether what a push was sent for is still missing.</param>
/// <param name="time">Measures the waiting.</param>
internal sealed class Outstanding(Func<ImagePushed, bool> isMissing, TimeProvider time)
{
    /// <summary>How many may wait, and how many are sent at once.</summary>
    public const int Most = 64;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly List<ImagePushed> _pushes = [];

    public void Add(ImagePushed push) => _pushes.Add(push);

    /// <exception cref="SigningStalledException">None of them was attested for a minute.</exception>
    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        var last = time.GetTimestamp();
        while (_pushes.Count >= Most)
        {
            if (_pushes.RemoveAll(push => !isMissing(push)) > 0)
            {
                last = time.GetTimestamp();
            }
            else if (time.GetElapsedTime(last) > Patience)
            {
                throw new SigningStalledException(string.Create(CultureInfo.InvariantCulture,
                    $"none of the {_pushes.Count} images sent last was attested within {Patience.TotalSeconds:0} s, for example {_pushes[0].Image}; nothing more is sent now. Is a signer running, and can it use its keys? See 'kritis errors list'"));
            }
            else
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}

/// <summary>What is sent to be signed is not signed.</summary>
internal sealed class SigningStalledException(string message) : Exception(message);
