using Kritis.Events.Attestations.Log;
using Kritis.Events.Signer.Kms;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Rules;

namespace Kritis.Events.Signer.Signing;

/// <summary>One thing that kept an image from being signed.</summary>
/// <param name="Code">One word for programs.</param>
/// <param name="Message">What happened and what to do.</param>
/// <param name="Transient">Whether it may pass by itself.</param>
/// <param name="Request">The signature that was asked for, where the failure is about one.</param>
internal sealed record SigningFailure(string Code, string Message, bool Transient, RequestedSignature? Request = null)
{
    /// <summary>Whether an exception is a failure that is understood; anything else is a defect and is not retried.</summary>
    public static bool IsUnderstood(Exception exception) =>
        exception is RegistryException or KeyManagementException or AttestationLogException or SigningIncompleteException;

    public static SigningFailure Of(Exception exception, RequestedSignature? request = null) => exception switch
    {
        RegistryException registry => new SigningFailure(registry.Code, registry.Message, registry.Transient, request),
        KeyManagementException kms => new SigningFailure(kms.Code, kms.Message, kms.Transient, request),
        AttestationLogException log => new SigningFailure("LogUnavailable", log.Message, true, request),
        _ => new SigningFailure("Defect", exception.Message, false, request),
    };
}

/// <summary>Not every signature that was asked for could be made; those that could be were.</summary>
internal sealed class SigningIncompleteException(IReadOnlyList<SigningFailure> failures, Exception? inner = null)
    : Exception(string.Join("; ", failures.Select(failure => failure.Message)), inner)
{
    public IReadOnlyList<SigningFailure> Failures { get; } = failures;

    /// <summary>How often it was tried before it was given up.</summary>
    public int Attempts { get; set; } = 1;

    public bool Transient => Failures.Any(failure => failure.Transient);
}
