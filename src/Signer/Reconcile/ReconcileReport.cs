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

    /// <summary>Tags that rules cover and that were looked at.</summary>
    public int Tags { get; set; }

    /// <summary>Tags whose digest every witness has attested, or revoked.</summary>
    public int Known { get; set; }

    /// <summary>Pushes that were handed to the signers; with a dry run those that would be.</summary>
    public int Sent { get; set; }

    /// <summary>Tags that stand for nothing to sign, or whose name is none.</summary>
    public int Skipped { get; set; }

    /// <summary>Registries, repositories and tags that could not be asked about.</summary>
    public int Failed { get; private set; }

    /// <summary>Why, the first hundred.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Fail(string problem)
    {
        Failed++;
        if (_problems.Count < MostProblems)
        {
            _problems.Add(problem);
        }
    }

    public override string ToString() =>
        $"{RepositoriesDone} of {Repositories} repositories, {Tags} tags: {Known} attested before, {Sent} sent to be signed, {Skipped} skipped, {Failed} failed";
}
