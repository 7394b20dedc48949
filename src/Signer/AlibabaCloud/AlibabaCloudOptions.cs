namespace Kritis.Events.Signer.AlibabaCloud;

/// <summary>How Alibaba Cloud is reached and as whom. Bound from the section <c>AlibabaCloud</c>; nothing of it is needed where no resource names Alibaba Cloud.</summary>
internal sealed class AlibabaCloudOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "AlibabaCloud";

    /// <summary>The id of an access key. Better ways are RRSA and the role of an ECS instance, which need no secret.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>The access key's secret.</summary>
    public string? AccessKeySecret { get; set; }

    /// <summary>The security token, where the access key is a temporary one (STS).</summary>
    public string? SecurityToken { get; set; }

    /// <summary>RRSA: the ARN of the RAM role.</summary>
    public string? RoleArn { get; set; }

    /// <summary>RRSA: the ARN of the cluster's OIDC identity provider.</summary>
    public string? OidcProviderArn { get; set; }

    /// <summary>RRSA: the file of the service account's projected token. It is read anew for every sign-in.</summary>
    public string? OidcTokenFile { get; set; }

    /// <summary>RRSA: what the session is called in ActionTrail.</summary>
    public string? RoleSessionName { get; set; }

    /// <summary>The RAM role of the ECS instance; asked from the instance metadata where it is not given.</summary>
    public string? EcsRoleName { get; set; }

    /// <summary>Which end points are used: <c>public</c> or <c>vpc</c>.</summary>
    public string Network { get; set; } = "public";

    /// <summary>The region of Security Center's own end point: <c>cn-shanghai</c> for accounts of the Chinese site, <c>ap-southeast-1</c> for international ones.</summary>
    public string SecurityCenterRegion { get; set; } = "cn-shanghai";

    /// <summary>The region whose STS is asked by RRSA; null for the one that serves all. Needed where <see cref="Network"/> is <c>vpc</c> and the internet is out of reach.</summary>
    public string? StsRegion { get; set; }

    /// <summary>End points other than Alibaba Cloud's own, for dedicated gateways and for tests.</summary>
    public EndpointOptions Endpoints { get; set; } = new();

    /// <summary>The account's quota of signatures a second: 1 to 10,000. Alibaba Cloud's shared gateway allows 200.</summary>
    public int KmsCallsPerSecond { get; set; } = 200;

    /// <summary>How long one attempt may take: 0.1 to 60 seconds.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a call is tried again while what is wrong may pass: up to 5 minutes.</summary>
    public TimeSpan CallDeadline { get; set; } = TimeSpan.FromSeconds(20);
}

/// <summary>URLs in which <c>{region}</c> stands for the region; null for Alibaba Cloud's own.</summary>
internal sealed class EndpointOptions
{
    /// <summary>Key Management Service, for example <c>https://kst-….cryptoservice.kms.aliyuncs.com</c>.</summary>
    public string? Kms { get; set; }

    /// <summary>Container Registry's API, not the registry itself.</summary>
    public string? ContainerRegistry { get; set; }

    /// <summary>Security Center.</summary>
    public string? SecurityCenter { get; set; }

    /// <summary>Security Token Service.</summary>
    public string? Sts { get; set; }

    /// <summary>Instance metadata.</summary>
    public string? Metadata { get; set; }

    /// <summary>End points of single regions, by the region's id; they win over the ones above. For KMS instances that are reached through their own gateway.</summary>
    public Dictionary<string, EndpointOptions> Regions { get; } = [];
}
