using Kritis.Events.AlibabaCloud.Emulator;
using Kritis.Events.Benchmarks.Running;

namespace Kritis.Events.Benchmarks.Data;

/// <summary>What a <see cref="SigningInstallation"/> consists of.</summary>
internal sealed record InstallationShape
{
    public int Signers { get; init; } = 1;

    public int Verifiers { get; init; }

    /// <summary>The KMS that signs; null for an RSA-2048 key in a file.</summary>
    public AlibabaEmulator? Cloud { get; init; }

    /// <summary>Whether the registry tells the first signer of each push; otherwise the benchmark does.</summary>
    public bool RegistryTells { get; init; }

    /// <summary>Where the program of a project is; by default the one that was built beside the benchmarks.</summary>
    public Func<string, string> Program { get; init; } = BuiltService.Assembly;
}
