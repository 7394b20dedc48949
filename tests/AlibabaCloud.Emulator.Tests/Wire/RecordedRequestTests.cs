using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Wire;

/// <summary>The emulator's own calculation of signatures, against requests that official .NET and Node.js clients really sent.</summary>
public sealed class RecordedRequestTests : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public static TheoryData<string> Requests =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.txt").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal)];

    public void Dispose() => _http.Dispose();

    [Fact]
    public void Both_clients_and_both_signatures_are_among_them()
    {
        var files = Requests.Select(row => row.Data).ToArray();

        files.Should().Contain(file => file.StartsWith("dotnet-")).And.Contain(file => file.StartsWith("npm-"));
        files.Select(file => RecordedRequest.Read(file).IsV3).Should().Contain(true).And.Contain(false);
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Its_signature_is_taken_once(string file)
    {
        var request = RecordedRequest.Read(file);
        await using var cloud = await AtThatTimeAsync(request);

        (await CodeAsync(request, cloud)).Should().Be(ReasonBehindTheSignature(request));
        (await CodeAsync(request, cloud)).Should().Be("SignatureNonceUsed");
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Nothing_of_it_can_be_changed(string file)
    {
        var request = RecordedRequest.Read(file);
        await using var cloud = await AtThatTimeAsync(request);
        var refusal = request.Headers["x-acs-version"] == "2016-01-20" ? "IncompleteSignature" : "SignatureDoesNotMatch";

        (await CodeAsync(request with { Target = request.Target + "&More=1" }, cloud)).Should().Be(refusal);
        (await CodeAsync(request with { Method = "PUT" }, cloud)).Should().Be(refusal);
        if (request.IsV3)
        {
            (await CodeAsync(With(request, "x-acs-signature-nonce", "another"), cloud)).Should().Be(refusal);
            (await CodeAsync(With(request, "x-acs-action", "DescribeKey"), cloud)).Should().Be(refusal);
            (await CodeAsync(With(request, "host", "another.example"), cloud)).Should().Be(refusal);
            (await CodeAsync(With(request, "x-acs-content-sha256", new string('0', 64)), cloud)).Should().Be("InvalidContentSha256");
            (await CodeAsync(With(request, "x-acs-more", "unsigned"), cloud)).Should().Be("IncompleteSignature");
        }
        else
        {
            (await CodeAsync(request with { Target = request.Target.Replace("SignatureNonce=", "SignatureNonce=0", StringComparison.Ordinal) }, cloud)).Should().Be(refusal);
        }

        (await CodeAsync(request, cloud)).Should().Be(ReasonBehindTheSignature(request), "nothing that was refused used the nonce up");
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task It_is_taken_in_its_own_quarter_of_an_hour_only(string file)
    {
        var request = RecordedRequest.Read(file);
        var late = request.Headers["x-acs-version"] == "2016-01-20" ? "IllegalTimestamp" : "InvalidTimeStamp.Expired";
        await using var after = await AtThatTimeAsync(request, TimeSpan.FromMinutes(16));
        await using var before = await AtThatTimeAsync(request, TimeSpan.FromMinutes(-16));

        (await CodeAsync(request, after)).Should().Be(late);
        (await CodeAsync(request, before)).Should().Be(late);
    }

    [Fact]
    public async Task A_request_without_any_signature_is_refused()
    {
        var request = RecordedRequest.Read("dotnet-01-GetPublicKey.txt");
        await using var cloud = await AtThatTimeAsync(request);

        (await CodeAsync(request with { Headers = request.Headers.Where(header => header.Key != "authorization").ToDictionary() }, cloud)).Should().Be("IncompleteSignature");
        (await CodeAsync(With(request, "authorization", "Bearer abc"), cloud)).Should().Be("InvalidSignatureMethod");
        (await CodeAsync(With(request, "authorization", "ACS3-HMAC-SHA256 Credential=testAK"), cloud)).Should().Be("IncompleteSignature");
    }

    // What was asked for does not exist in an empty cloud; that is found out behind the signature only.
    private static string ReasonBehindTheSignature(RecordedRequest request) => request.Action switch
    {
        "GetNamespace" => "InvalidAction.NotFound",
        "ListRepoTag" => "INSTANCE_NOT_EXIST",
        _ => "Forbidden.KeyNotFound",
    };

    private static RecordedRequest With(RecordedRequest request, string header, string value) =>
        request with { Headers = new Dictionary<string, string>(request.Headers) { [header] = value } };

    private static async Task<AlibabaEmulator> AtThatTimeAsync(RecordedRequest request, TimeSpan off = default)
    {
        var time = new FakeTimeProvider(request.SignedAt + off);
        var cloud = await AlibabaEmulator.StartAsync(new EmulatorOptions { Time = time }, TestContext.Current.CancellationToken);
        if (request.SecurityToken is { } token)
        {
            _ = cloud.Accounts.Add(new AccessKey { Id = "testAK", Secret = "testSecret", SecurityToken = token, ExpiresAt = time.GetUtcNow().AddHours(1) });
        }

        return cloud;
    }

    private async Task<string?> CodeAsync(RecordedRequest request, AlibabaEmulator cloud)
    {
        using var response = await request.SendAsync(_http, cloud.Url);
        response.IsSuccessStatusCode.Should().BeFalse();
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        body.RootElement.GetProperty("RequestId").GetString().Should().Be(response.Headers.GetValues("x-acs-request-id").Single());
        return body.RootElement.GetProperty("Code").GetString();
    }
}
