namespace Kritis.Events.Signer.Reconcile;

/// <summary>What a comparison has found so far.</summary>
internal sealed class ReconcileReport
{
    private const int MostProblems = 100;
    private readonly List<string> _problems = [];

    /// <summary>Repositories that rules cover, as far as they are listed.</summary>
    public int Repositories { get; set; }

    /// <summary>Repositories that were compared.</summary>
    public int RepositoriesDone { get; set; }

    /// <summary>Tags that rules cover, of the repositories that were listed so far.</summary>
    public int TagsFound { get; set; }

    /// <summary>Those of them that were looked at.</summary>
    public int Tags { get; set; }

    /// <summary>Tags whose digest, with all below it, every witness has attested, or revoked.</summary>
    public int Known { get; set; }

    /// <summary>Attestations and revocations that were brought back to the log from the registry; with a dry run those that would be.</summary>
    public int Restored { get; set; }

    /// <summary>Pushes that were handed to the signers; with a dry run those that would be.</summary>
    public int Sent { get; set; }

    /// <summary>Tags that stand for nothing to sign, or whose name is none.</summary>
    public int Skipped { get; set; }

    /// <summary>Registries, repositories and tags that could not be asked about.</summary>
    public int Failed { get; private set; }

    /// <summary>Whether a registry was left in the middle because of something that may pass.</summary>
    public bool IsBrokenOff { get; set; }

    /// <summary>Why, the first hundred.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Fail(string problem)
    {
        Failed++;
        Warn(problem);
    }

    /// <summary>Tells of something that kept nothing from being compared.</summary>
    public void Warn(string problem)
    {
        if (_problems.Count < MostProblems)
        {
            _problems.Add(problem);
        }
    }

    public override string ToString() =>
        $"{RepositoriesDone} of {Repositories} repositories, {Tags} tags: {Known} attested, {Restored} brought back to the log, {Sent} sent to be signed, {Skipped} skipped, {Failed} failed";
}
