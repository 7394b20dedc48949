using System.Diagnostics;
using System.Globalization;
using Kritis.Events.Attestations.Keys;

namespace Kritis.Events.Attestations.Tests.Keys;

/// <summary>The openssl program as a second opinion that shares no code of ours.</summary>
internal static class OpenSsl
{
    public static bool Verify(PublicKey key, byte[] payload, byte[] signature) => InFolder(folder =>
    {
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.Pem);
        File.WriteAllBytes(Path.Combine(folder, "payload"), payload);
        File.WriteAllBytes(Path.Combine(folder, "signature"), signature);
        return Run(folder, ["dgst", "-sha256", .. Padding(key.Algorithm, 32), "-verify", "key.pem", "-signature", "signature", "payload"]) == 0;
    });

    public static (string Pem, byte[] Signature) Sign(SignatureAlgorithm algorithm, byte[] payload, int saltBytes = 32) => InFolder(folder =>
    {
        string[] kind = algorithm == SignatureAlgorithm.EcdsaSha256
            ? ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
            : ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
        File.WriteAllBytes(Path.Combine(folder, "payload"), payload);
        Must(folder, ["genpkey", .. kind, "-out", "private.pem"]);
        Must(folder, ["pkey", "-in", "private.pem", "-pubout", "-out", "key.pem"]);
        Must(folder, ["dgst", "-sha256", .. Padding(algorithm, saltBytes), "-sign", "private.pem", "-out", "signature", "payload"]);
        return (File.ReadAllText(Path.Combine(folder, "key.pem")), File.ReadAllBytes(Path.Combine(folder, "signature")));
    });

    public static byte[] PublicDer(string pem) => InFolder(folder =>
    {
        File.WriteAllText(Path.Combine(folder, "key.pem"), pem);
        Must(folder, ["pkey", "-pubin", "-in", "key.pem", "-outform", "DER", "-out", "key.der"]);
        return File.ReadAllBytes(Path.Combine(folder, "key.der"));
    });

    /// <summary>A P-256 key whose curve is written out in numbers instead of named.</summary>
    public static string ExplicitCurvePublicKey() => InFolder(folder =>
    {
        Must(folder, ["ecparam", "-name", "prime256v1", "-genkey", "-param_enc", "explicit", "-out", "private.pem"]);
        Must(folder, ["ec", "-in", "private.pem", "-pubout", "-param_enc", "explicit", "-out", "key.pem"]);
        return File.ReadAllText(Path.Combine(folder, "key.pem"));
    });

    private static string[] Padding(SignatureAlgorithm algorithm, int saltBytes) => algorithm == SignatureAlgorithm.RsaPssSha256
        ? ["-sigopt", "rsa_padding_mode:pss", "-sigopt", string.Create(CultureInfo.InvariantCulture, $"rsa_pss_saltlen:{saltBytes}")]
        : [];

    private static T InFolder<T>(Func<string, T> work)
    {
        var folder = Directory.CreateTempSubdirectory("kritis-openssl-").FullName;
        try
        {
            return work(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Must(string folder, string[] arguments) => Run(folder, arguments).Should().Be(0, "openssl {0}", string.Join(' ', arguments));

    private static int Run(string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        _ = process.StandardOutput.ReadToEnd();
        _ = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
