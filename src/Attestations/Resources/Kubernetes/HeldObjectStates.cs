namespace Kritis.Events.Attestations.Resources.Kubernetes;

/// <summary>What became of an object, by what was read of it.</summary>
internal static class HeldObjectStates
{
    /// <param name="held">The object.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="consequence">What follows where no version of it was ever valid.</param>
    /// <param name="missing">Which witnesses it names that are not there, or null.</param>
    /// <param name="shared">Which witnesses that it names have a key in common, or null.</param>
    public static ObjectState StateOf<T>(this HeldObject<T> held, HeldKind<T> kind, string consequence, string? missing = null, string? shared = null)
        where T : class => held switch
        {
            { Valid: not null } when missing is not null => new(kind.Kind, held.Document, ObjectStanding.MissingWitness, missing),
            { Valid: not null } when shared is not null => new(kind.Kind, held.Document, ObjectStanding.SharedKey, shared),
            { Valid: not null } => new(kind.Kind, held.Document, ObjectStanding.InForce, "in force"),
            { Kept: not null } => new(kind.Kind, held.Document, ObjectStanding.InvalidLastKept, $"{held.Problem}; the last valid version stays in force"),
            _ => new(kind.Kind, held.Document, ObjectStanding.Invalid, $"{held.Problem}; {consequence}"),
        };
}
