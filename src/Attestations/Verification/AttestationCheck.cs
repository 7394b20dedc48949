namespace Kritis.Events.Attestations.Verification;

/// <summary>The checks an attestation or revocation from the bus must pass before it counts, in the order they are made.</summary>
public enum AttestationCheck
{
    /// <summary>Its payload is readable, in its one canonical form.</summary>
    PayloadReadable,

    /// <summary>What stands unsigned beside the payload (image, witness, id) does not contradict it.</summary>
    FieldsMatchPayload,

    /// <summary>The witness that the payload names is a configured one.</summary>
    WitnessConfigured,

    /// <summary>The key it names is pinned for that witness.</summary>
    KeyPinned,

    /// <summary>The algorithm it names is the pinned one.</summary>
    AlgorithmMatches,

    /// <summary>The signature over the payload is the pinned key's.</summary>
    SignatureValid,
}
