namespace Kritis.Events.Benchmarks.Data;

/// <summary>What generated attestations are signed with.</summary>
internal enum BenchmarkKeyKind
{
    /// <summary>ECDSA over P-256: a million signatures are made in a minute.</summary>
    Ec,

    /// <summary>RSA-2048 with PKCS#1 v1.5, the usual key of a KMS: made more slowly, checked several times faster.</summary>
    Rsa,
}
