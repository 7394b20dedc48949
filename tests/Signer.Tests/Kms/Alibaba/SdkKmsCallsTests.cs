using Kritis.Events.Signer.Kms.Alibaba;
using Kritis.Events.Signer.Tests.AlibabaCloud;

namespace Kritis.Events.Signer.Tests.Kms.Alibaba;

/// <summary>The contract with Alibaba Cloud's own SDK.</summary>
public sealed class SdkKmsCallsTests : AlibabaKeyManagementContract
{
    private protected override IKmsCalls CallsOf(CloudUnderTest cloud) => new SdkKmsCalls(new(cloud.Credentials, cloud.Options));
}
