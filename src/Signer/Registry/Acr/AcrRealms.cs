using Kritis.Events.Attestations.Resources;

namespace Kritis.Events.Signer.Registry.Acr;

/// <summary>
/// The hosts that give out bearer tokens for instances of a region, on the internet and in a VPC. Source: ACK's documentation of the addresses that
/// a cluster must reach.
/// </summary>
internal static class AcrRealms
{
    /// <summary>Whether <paramref name="host"/> is one of the instance's region.</summary>
    public static bool Contains(AcrInstance instance, string host) =>
        host == $"dockerauth.{instance.Region}.aliyuncs.com"
        || host == $"dockerauth-ee.{instance.Region}.aliyuncs.com"
        || host == $"dockerauth-vpc.{instance.Region}.aliyuncs.com"
        || host == $"dockerauth-ee-vpc.{instance.Region}.aliyuncs.com"
        || host == $"dockerauth-{instance.Region}.aliyuncs.com";
}
