using System.Globalization;
using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Tests.Payloads;

internal static class TestImages
{
    public static Image App { get; } = Of("registry.example/team/app", 1);

    public static Image OtherDigest { get; } = Of("registry.example/team/app", 2);

    public static Image OtherRepository { get; } = Of("registry.example/team/other", 1);

    public static Image Of(string name, int number) =>
        Image.Parse(string.Create(CultureInfo.InvariantCulture, $"{name}@sha256:{number:x64}"));
}
