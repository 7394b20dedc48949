using System.Security.Cryptography.X509Certificates;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>What the emulator is like.</summary>
public sealed record EmulatorOptions
{
    /// <summary>The access key that exists from the start.</summary>
    public string AccessKeyId { get; init; } = "testAK";

    /// <summary>Its secret.</summary>
    public string AccessKeySecret { get; init; } = "testSecret";

    /// <summary>The port of the end point that serves all regions; 0 for a free one.</summary>
    public int Port { get; init; }

    /// <summary>Regions that get an end point of their own, which knows nothing of the others.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];

    /// <summary>What HTTPS is served with; null for HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Calls of AsymmetricSign in any one second; the rest is throttled.</summary>
    public int SignaturesPerSecond { get; init; } = 200;

    /// <summary>How long a signature takes at least.</summary>
    public TimeSpan SigningTime { get; init; } = TimeSpan.Zero;

    /// <summary>Whether ECDSA signatures are r and s side by side rather than DER.</summary>
    public bool FixedLengthEcdsa { get; init; }

    /// <summary>How long temporary credentials last.</summary>
    public TimeSpan CredentialLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long passwords of registries last.</summary>
    public TimeSpan RegistryPasswordLife { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The emulated machine's RAM role; null for a machine without one.</summary>
    public string? EcsRole { get; init; } = "kritis-node";

    /// <summary>The OIDC token that AssumeRoleWithOIDC accepts.</summary>
    public string OidcToken { get; init; } = "emulated-service-account-token";

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
