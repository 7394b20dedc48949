using Kritis.Events.Attestations.Index;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Verifier.Admission.Waiting;

/// <summary>Tells who waits for an image that an attestation of it has come in.</summary>
internal sealed class AttestationArrivals
{
    private readonly Lock _changing = new();
    private readonly Dictionary<Image, List<TaskCompletionSource>> _waiting = [];

    /// <summary>Whoever waits for <paramref name="image"/> looks again.</summary>
    public void Notice(Image image, IndexedAttestation attestation)
    {
        List<TaskCompletionSource>? waiting;
        lock (_changing)
        {
            if (!_waiting.Remove(image, out waiting))
            {
                return;
            }
        }

        foreach (var one in waiting)
        {
            _ = one.TrySetResult();
        }
    }

    /// <summary>Begins to listen; what arrives from now on completes the listener, even before anybody waits on it.</summary>
    public Listener Listen(IReadOnlyList<Image> images)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_changing)
        {
            foreach (var image in images)
            {
                if (!_waiting.TryGetValue(image, out var list))
                {
                    _waiting[image] = list = [];
                }

                list.Add(arrived);
            }
        }

        return new Listener(this, images, arrived);
    }

    private void Forget(Listener listener, TaskCompletionSource arrived)
    {
        lock (_changing)
        {
            foreach (var image in listener.Images)
            {
                if (_waiting.TryGetValue(image, out var list) && list.Remove(arrived) && list.Count == 0)
                {
                    _ = _waiting.Remove(image);
                }
            }
        }
    }

    internal sealed class Listener(AttestationArrivals arrivals, IReadOnlyList<Image> images, TaskCompletionSource arrived) : IDisposable
    {
        public IReadOnlyList<Image> Images => images;

        /// <summary>Completes with the first attestation of one of the images.</summary>
        public Task Arrived => arrived.Task;

        public void Dispose() => arrivals.Forget(this, arrived);
    }
}
