namespace Kritis.Events.Attestations.Keys;

/// <summary>How a payload is signed. The names on the wire and in resources are those of Alibaba Cloud KMS.</summary>
public enum SignatureAlgorithm
{
    /// <summary><c>RSA_PKCS1_SHA_256</c>: RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2).</summary>
    RsaPkcs1Sha256,

    /// <summary><c>RSA_PSS_SHA_256</c>: RSASSA-PSS with SHA-256, MGF1 with SHA-256 and a salt of 32 bytes (RFC 8017, section 8.1).</summary>
    RsaPssSha256,

    /// <summary><c>ECDSA_SHA_256</c>: ECDSA on P-256 with SHA-256; the signature is a DER sequence of r and s (RFC 3279, section 2.2.3).</summary>
    EcdsaSha256,
}
