using Kritis.Events.Signer.AlibabaCloud.Credentials;
using Kritis.Events.Signer.AlibabaCloud.Rpc;

namespace Kritis.Events.Signer.Tests.AlibabaCloud.Rpc;

/// <summary>The signature against requests that the official .NET client sent (access key testAK, secret testSecret).</summary>
public sealed class RequestSignatureTests
{
    private static readonly AlibabaCredentials Recorded = new() { AccessKeyId = "testAK", AccessKeySecret = "testSecret" };

    public static TheoryData<string> Requests => [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "AlibabaCloud", "Fixtures"), "dotnet-*.txt").Select(path => Path.GetFileName(path)!)];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Signs_exactly_as_the_official_client_did(string file)
    {
        var request = RecordedRequest.Read(file);

        RequestSignature.Query(request.Parameters).Should().Be(request.Query);
        RequestSignature.Authorization("POST", "/", request.Query, request.Signed, Recorded).Should().Be(request.Authorization);
    }

    [Fact]
    public void Any_change_changes_the_signature()
    {
        var request = RecordedRequest.Read("dotnet-02-AsymmetricSign.txt");
        string Sign(string? query = null, IReadOnlyDictionary<string, string>? headers = null, string path = "/") =>
            RequestSignature.Authorization("POST", path, query ?? request.Query, headers ?? request.Signed, Recorded);

        var variants = request.Signed.Keys.Select(changed => Sign(headers: request.Signed.ToDictionary(header => header.Key, header => header.Key == changed ? header.Value + "x" : header.Value)))
            .Append(Sign(query: request.Query + "0")).Append(Sign(path: "//")).Append(Sign());
        variants.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_security_token_is_signed_as_well()
    {
        var request = RecordedRequest.Read("dotnet-01-GetPublicKey.txt");
        var signed = request.Signed.Append(KeyValuePair.Create("x-acs-security-token", "token")).ToDictionary();

        RequestSignature.Authorization("POST", "/", request.Query, signed, Recorded).Should().Contain(";x-acs-security-token;").And.NotContain("=token");
    }

    private sealed record RecordedRequest(string Query, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Signed, string Authorization)
    {
        public static RecordedRequest Read(string file)
        {
            var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "AlibabaCloud", "Fixtures", file));
            var query = lines[0].Split(' ')[1].Split('?')[1];
            var headers = lines.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
            var authorization = headers["authorization"];
            var names = authorization.Split("SignedHeaders=")[1].Split(',')[0].Split(';');
            return new RecordedRequest(
                query,
                query.Split('&').Select(pair => pair.Split('=', 2)).ToDictionary(pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1])),
                names.ToDictionary(name => name, name => headers[name]),
                authorization);
        }
    }
}
