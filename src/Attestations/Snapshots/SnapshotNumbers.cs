using Kritis.Events.Attestations.Index;

namespace Kritis.Events.Attestations.Snapshots;

/// <summary>The numbers that a snapshot file gives to repositories and signers, in the order in which it names them.</summary>
internal sealed class SnapshotNumbers
{
    private readonly Dictionary<int, int> _byRepository = [];
    private readonly Dictionary<PinnedKey, int> _bySigner = [];

    /// <summary>The index's number of each repository, by the file's.</summary>
    public List<int> Repositories { get; } = [];

    public List<PinnedKey> Signers { get; } = [];

    public void Name(int repository)
    {
        _ = _byRepository.TryAdd(repository, Repositories.Count);
        Repositories.Add(repository);
    }

    public void Name(PinnedKey signer)
    {
        _ = _bySigner.TryAdd(signer, Signers.Count);
        Signers.Add(signer);
    }

    public int? Find(int repository) => _byRepository.TryGetValue(repository, out var number) ? number : null;

    public int? Find(PinnedKey signer) => _bySigner.TryGetValue(signer, out var number) ? number : null;
}
