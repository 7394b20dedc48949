namespace Kritis.Events.Signer.AlibabaCloud.Rpc;

/// <summary>One of Alibaba Cloud's services with an RPC-style API.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Version">The version of its API.</param>
/// <param name="PublicEndpoint">Its host on the internet; <c>{region}</c> stands for the region.</param>
/// <param name="VpcEndpoint">Its host inside a VPC.</param>
/// <param name="Override">The setting that names another end point.</param>
internal sealed record RpcService(string Name, string Version, string PublicEndpoint, string VpcEndpoint, Func<EndpointOptions, string?> Override)
{
    /// <summary>Key Management Service.</summary>
    public static RpcService Kms { get; } =
        new("KMS", "2016-01-20", "kms.{region}.aliyuncs.com", "kms-vpc.{region}.aliyuncs.com", endpoints => endpoints.Kms);

    /// <summary>Container Registry Enterprise Edition.</summary>
    public static RpcService ContainerRegistry { get; } =
        new("Container Registry", "2018-12-01", "cr.{region}.aliyuncs.com", "cr-vpc.{region}.aliyuncs.com", endpoints => endpoints.ContainerRegistry);

    /// <summary>Security Center.</summary>
    public static RpcService SecurityCenter { get; } =
        new("Security Center", "2018-12-03", "tds.{region}.aliyuncs.com", "tds.{region}.aliyuncs.com", endpoints => endpoints.SecurityCenter);

    /// <summary>Security Token Service.</summary>
    public static RpcService Sts { get; } =
        new("STS", "2015-04-01", "sts.{region}.aliyuncs.com", "sts-vpc.{region}.aliyuncs.com", endpoints => endpoints.Sts);

    /// <summary>Where it is reached.</summary>
    /// <param name="region">The region, null for a service that is the same everywhere.</param>
    /// <param name="options">The settings.</param>
    public Uri Endpoint(string? region, AlibabaCloudOptions options)
    {
        var regional = region is not null && options.Endpoints.Regions.TryGetValue(region, out var own) ? Override(own) : null;
        var template = regional ?? Override(options.Endpoints) ?? $"https://{(options.Network == "vpc" && region is not null ? VpcEndpoint : PublicEndpoint)}";
        return new Uri(template.Replace(region is null ? "{region}." : "{region}", region ?? "", StringComparison.Ordinal));
    }
}
