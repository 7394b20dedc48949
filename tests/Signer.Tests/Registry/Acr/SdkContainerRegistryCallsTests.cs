using Kritis.Events.Signer.Registry.Acr;
using Kritis.Events.Signer.Tests.AlibabaCloud;

namespace Kritis.Events.Signer.Tests.Registry.Acr;

/// <summary>The contract with Alibaba Cloud's own SDK.</summary>
public sealed class SdkContainerRegistryCallsTests : ContainerRegistryCallsContract
{
    private protected override IContainerRegistryCalls CallsOf(CloudUnderTest cloud) => new SdkContainerRegistryCalls(new(cloud.Credentials, cloud.Options));
}
