using k8s;
using Kritis.Events.ServiceDefaults.Kubernetes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.ServiceDefaults.Tests.Settings;

public sealed class KubernetesRegistrationTests
{
    [Fact]
    public void However_many_features_ask_for_it_there_is_one_client_of_the_API_server()
    {
        var kubeconfig = Path.GetTempFileName();
        try
        {
            File.WriteAllText(kubeconfig, """
                apiVersion: v1
                kind: Config
                clusters: [{ name: c, cluster: { server: "http://127.0.0.1:1" } }]
                users: [{ name: u, user: { token: t } }]
                contexts: [{ name: x, context: { cluster: c, user: u } }]
                current-context: x
                """);
            var builder = WebApplication.CreateSlimBuilder(["--Kubernetes:Enabled=true", $"--Kubernetes:Kubeconfig={kubeconfig}"]);

            var (first, second) = (builder.AddKubernetes(), builder.AddKubernetes());

            second.Should().BeSameAs(first);
            builder.Services.Count(service => service.ServiceType == typeof(IKubernetes)).Should().Be(1);
        }
        finally
        {
            File.Delete(kubeconfig);
        }
    }

    [Theory]
    [InlineData(0, "12:00:00.000001")]
    [InlineData(1, "12:00:00.000001")]
    [InlineData(250_000, "12:00:00.250000")]
    public void A_time_for_an_API_server_has_a_fraction(int microseconds, string expected) =>
        ClusterTime.Micro(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).AddMicroseconds(microseconds)).ToString("HH:mm:ss.ffffff").Should().Be(expected);
}
