using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Reconcile;

/// <summary>
/// Keeps a comparison from filling the work queue, so that live pushes do not wait behind it: while too many of what it sent are not attested yet, it
/// waits. What ends otherwise (an artifact, a failure) is waited for a bounded time.
/// </summary>
internal sealed class Outstanding(AttestationIndex index, TimeProvider time)
{
    private const int Most = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly List<Image> _images = [];

    public void Add(Image image) => _images.Add(image);

    public async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (_images.Count > Most)
        {
            _ = _images.RemoveAll(image => index.Find(image).Attestations.Length > 0);
            if (time.GetElapsedTime(began) > Patience)
            {
                _images.Clear();
            }

            if (_images.Count > Most)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
