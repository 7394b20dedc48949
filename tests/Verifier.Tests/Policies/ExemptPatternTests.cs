using Kritis.Events.Contracts.Images;
using Kritis.Events.Verifier.Policies;
using Kritis.Events.Verifier.Tests.Testing;

namespace Kritis.Events.Verifier.Tests.Policies;

public sealed class ExemptPatternTests
{
    [Theory]
    [InlineData("nginx:v0.1.0", "nginx:v0.1.0")]
    [InlineData("nginx:v0.1.0", "docker.io/library/nginx:v0.1.0")]
    [InlineData("nginx:v0.1.0", "index.docker.io/nginx:v0.1.0")]
    [InlineData("library/nginx:v0.1.0", "nginx:v0.1.0")]
    [InlineData("docker.io/nginx:v0.1.0", "nginx:v0.1.0")]
    [InlineData("index.docker.io/nginx:v0.1.0", "nginx:v0.1.0")]
    [InlineData("team/app:1", "docker.io/team/app:1")]
    [InlineData("localhost/app:1", "localhost/app:1")]
    [InlineData("Registry.Example.com/app:1", "registry.example.com/app:1")]
    [InlineData("nginx", "nginx")]
    public void Without_a_star_only_the_same_reference_matches(string pattern, string image) => Matches(pattern, image).Should().BeTrue();

    [Theory]
    [InlineData("nginx:v0.1.0", "nginx:v0.1.1")]
    [InlineData("nginx:v0.1.0", "nginx")]
    [InlineData("nginx:v0.1.0", "nginx:v0.1.0-alpine")]
    [InlineData("nginx:v0.1.0", "mynginx:v0.1.0")]
    [InlineData("nginx:v0.1.0", "attacker/nginx:v0.1.0")]
    [InlineData("nginx:v0.1.0", "attacker.example/library/nginx:v0.1.0")]
    [InlineData("nginx:v0.1.0", $"nginx:v0.1.0@sha256:{Given.Hex}")]
    [InlineData("nginx", "nginx:latest")]
    [InlineData("nginx:v0.1.0", "nginx:v0x1.0")]
    [InlineData("a.com/nginx", "axcom.io/nginx")]
    public void Without_a_star_nothing_else_matches(string pattern, string image) => Matches(pattern, image).Should().BeFalse();

    [Theory]
    [InlineData("a.com/nginx*", "a.com/nginx", true)]
    [InlineData("a.com/nginx*", "a.com/nginx:v0.1.0", true)]
    [InlineData("a.com/nginx*", "a.com/nginx-unprivileged:v0.1.0", true)]
    [InlineData("a.com/nginx*", $"a.com/nginx:v0.1.0@sha256:{Given.Hex}", true)]
    [InlineData("a.com/nginx*", "a.com/nginx/test:v0.1.0", false)]
    [InlineData("a.com/nginx*", "b.com/a.com/nginx:v0.1.0", false)]
    [InlineData("a.com/nginx*", "a.com.evil.example/nginx:v0.1.0", false)]
    [InlineData("registry.k8s.io/pause@*", $"registry.k8s.io/pause@sha256:{Given.Hex}", true)]
    [InlineData("registry.k8s.io/pause@*", "registry.k8s.io/pause:3.10", false)]
    [InlineData("registry.k8s.io/pause@*", $"registry.k8s.io/pause:3.10@sha256:{Given.Hex}", false)]
    [InlineData("*", "nginx", true)]
    [InlineData("*", "team/nginx", false)]
    [InlineData("*", "a.com/nginx", false)]
    [InlineData("docker.io/*", "nginx:1", true)]
    [InlineData("docker.io/*", "team/nginx:1", false)]
    public void A_star_at_the_end_matches_everything_but_a_slash(string pattern, string image, bool expected) =>
        Matches(pattern, image).Should().Be(expected);

    [Theory]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.2", true)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/pause:3.20", false)]
    [InlineData("registry-vpc.cn-*.aliyuncs.com/acs/pause:3.2", "registry-vpc.cn-x.evil.aliyuncs.com/acs/pause:3.2", false)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry.cn-hangzhou.aliyuncs.com/acs/coredns:1.9", true)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/coredns:1.9", true)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry-vpc.cn-hangzhou.aliyuncs.com/acs/a/b:1", false)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry.evil.com/x.aliyuncs.com/acs/coredns:1.9", false)]
    [InlineData("registry*.*.aliyuncs.com/acs/*", "registry.cn.aliyuncs.com.evil.com/acs/coredns:1.9", false)]
    [InlineData("a.com/*/app:1", "a.com/my_team-1/app:1", true)]
    [InlineData("a.com/*/app:1", "a.com/my.team/app:1", false)]
    [InlineData("a.com/*/app:1", "a.com/x/y/app:1", false)]
    public void A_star_elsewhere_matches_letters_digits_hyphen_and_underscore(string pattern, string image, bool expected) =>
        Matches(pattern, image).Should().Be(expected);

    [Theory]
    [InlineData("trusted.example.com/*", "attacker/x.trusted.example.com/app")]
    [InlineData("trusted.example.com/*", "attacker.example/trusted.example.com/app")]
    [InlineData("trusted.example.com/*", "x.trusted.example.com/app")]
    [InlineData("trusted.example.com/*", "xtrusted.example.com/app")]
    [InlineData("trusted.example.com/*", "trusted.example.com.evil.net/app")]
    [InlineData("trusted.example.com/*", "trusted.example.com:5000/app")]
    [InlineData("*.azurecr.io/app:1", "evil.azurecr.io.evil.net/app:1")]
    [InlineData("*.azurecr.io/app:1", "evil.net/x.azurecr.io/app:1")]
    [InlineData("*.azurecr.io/app:1", "evil.net.azurecr.io/app:1")]
    public void Lesson_Portieris_and_CVE_2026_105769_patterns_match_the_whole_reference(string pattern, string image) =>
        Matches(pattern, image).Should().BeFalse();

    [Fact]
    public void No_pattern_makes_a_match_slow()
    {
        var pattern = ExemptPattern.Parse("a.com/" + string.Concat(Enumerable.Repeat("*a", 240)) + "*b");

        pattern.IsMatch("a.com/" + new string('a', 4000)).Should().BeFalse();
    }

    [Theory]
    [InlineData("a.com/app(1)+[x]{2}|^$\\d")]
    [InlineData("a.com/.*")]
    public void Nothing_but_a_star_is_special(string pattern) => ExemptPattern.Parse(pattern).IsMatch("a.com/app").Should().BeFalse();

    private static bool Matches(string pattern, string image)
    {
        ImageReference.TryParse(image, out var reference, out var problem).Should().BeTrue(problem);
        return ExemptPattern.Parse(pattern).IsMatch(reference!.ToString());
    }
}
