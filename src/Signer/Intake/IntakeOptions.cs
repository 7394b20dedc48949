namespace Kritis.Events.Signer.Intake;

/// <summary>How registries reach the intake. Bound from the section <c>Intake</c>.</summary>
internal sealed class IntakeOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Intake";

    /// <summary>What a registry must present. None: only a service bound to loopback starts, and only loopback is served.</summary>
    public string? Token { get; set; }

    /// <summary>The most bytes of a body: 1 KiB to 16 MiB.</summary>
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a registry may take to send its body: above zero, at most 5 minutes.</summary>
    public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the broker may take to confirm all messages of one request: above zero, at most 5 minutes.</summary>
    public TimeSpan PublishTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The queue on the bus to which EventBridge delivers Container Registry's events as they are; null where it does not.</summary>
    public string? EventBridgeQueue { get; set; }

    /// <summary>Whether there is a token.</summary>
    public bool HasToken => !string.IsNullOrWhiteSpace(Token);
}
