using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Verifier.Tests.Policies;

public sealed class ClusterPoliciesTests
{
    [Theory]
    [InlineData("default", true)]
    [InlineData("prod-eu", true)]
    [InlineData("prod-", true)]
    [InlineData("my-prod-eu", false)]
    [InlineData("defaults", false)]
    [InlineData("Default", false)]
    [InlineData("kube-system", false)]
    public void A_policy_selects_namespaces_by_whole_patterns(string ns, bool selected)
    {
        var set = new PolicySet(Given.Resources(Given.Policy() with { Namespaces = ["default", "prod-*"] }), "c1");

        set.Of(ns, null).Policies.Should().HaveCount(selected ? 1 : 0);
    }

    [Theory]
    [InlineData("production-1", true)]
    [InlineData("staging", false)]
    public void A_policy_of_another_cluster_is_no_policy_here(string cluster, bool selected)
    {
        var set = new PolicySet(Given.Resources(Given.Policy() with { Clusters = ["production-*"] }), cluster);

        set.Of("default", null).Policies.Should().HaveCount(selected ? 1 : 0);
    }

    [Fact]
    public void A_disabled_policy_is_no_policy() =>
        new PolicySet(Given.Resources(Given.Policy() with { Enabled = false }), "c1").Of("default", null).Policies.Should().BeEmpty();

    [Fact]
    public void Every_policy_that_selects_a_namespace_counts()
    {
        var set = new PolicySet(Given.Resources(Given.Policy("b"), Given.Policy("a"), Given.Policy("c") with { Namespaces = ["other"] }), "c1");

        set.Of("default", null).Policies.Select(policy => policy.Name).Should().Equal("a", "b");
    }

    [Theory]
    [InlineData(Given.Alias, Given.Host)]
    [InlineData(Given.Host, Given.Host)]
    [InlineData($"x.{Given.Alias}", $"x.{Given.Alias}")]
    [InlineData($"{Given.Alias}:443", $"{Given.Alias}:443")]
    public void An_alias_stands_for_the_host_that_is_signed_and_only_as_a_whole(string host, string expected)
    {
        ImageReference.TryParse($"{host}/kritis-demo/alpine", out var reference, out _).Should().BeTrue();

        new PolicySet(Given.Resources(), "c1").Signed(reference!).Registry.Should().Be(expected);
    }

    [Fact]
    public void New_resources_are_in_force_as_soon_as_they_are_announced()
    {
        var resources = new FixedResources(Given.Resources());
        using var policies = new ClusterPolicies(resources, new ClusterOptions("c1"), NullLogger<ClusterPolicies>.Instance);
        var before = policies.Current;

        resources.Swap(Given.Resources(Given.Policy()));

        before.Of("default", null).Policies.Should().BeEmpty("a set that was handed out does not change");
        policies.Current.Of("default", null).Policies.Should().HaveCount(1);
    }

    [Fact]
    public void Resources_that_cannot_be_used_leave_the_policies_before_in_force_and_are_told()
    {
        var log = new RecordedLog();
        using var logging = LoggerFactory.Create(builder => builder.AddProvider(log));
        var resources = new FixedResources(Given.Resources(Given.Policy()));
        using var policies = new ClusterPolicies(resources, new ClusterOptions("c1"), logging.CreateLogger<ClusterPolicies>());

        resources.Swap(Given.Resources(Given.Policy() with { Namespaces = ["a\nb"] }));

        policies.Current.Of("default", null).Policies.Should().ContainSingle().Which.Witnesses.Should().ContainSingle(witness => witness.Name == "release");
        log.Lines.Should().ContainSingle(line => line.StartsWith("Error: The new resources hold a policy that cannot be used"));
    }

    [Fact]
    public void A_service_that_ended_listens_no_more()
    {
        var resources = new FixedResources(ResourceSet.Empty);
        new ClusterPolicies(resources, new ClusterOptions("c1"), NullLogger<ClusterPolicies>.Instance).Dispose();

        resources.IsListenedTo.Should().BeFalse();
    }

    [Fact]
    public void The_cluster_is_called_default_unless_it_is_named() =>
        ClusterOptions.From(new ConfigurationBuilder().Build()).Name.Should().Be("default");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    public void A_cluster_name_that_is_none_stops_the_service(string name)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Cluster:Name", name)]).Build();

        var start = () => ClusterOptions.From(configuration);

        start.Should().Throw<StartRefusedException>().WithMessage("Cluster:Name *expected*");
    }
}
