namespace Kritis.Events.AlibabaCloud.Emulator.Tests.Wire;

/// <summary>A request as an official client sent it (access key testAK, secret testSecret).</summary>
internal sealed record RecordedRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>When it was signed.</summary>
    public DateTimeOffset SignedAt => DateTimeOffset.Parse(
        Headers.TryGetValue("x-acs-date", out var header) ? header : Uri.UnescapeDataString(Target.Split("Timestamp=")[1].Split('&')[0]), null);

    /// <summary>The security token it carries, null where it has none.</summary>
    public string? SecurityToken => Headers.GetValueOrDefault("x-acs-security-token");

    /// <summary>The action it names.</summary>
    public string Action => Headers["x-acs-action"];

    /// <summary>Whether it is signed in its headers, rather than in its query.</summary>
    public bool IsV3 => Headers.ContainsKey("authorization");

    public static RecordedRequest Read(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Fixtures", file));
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0].ToLowerInvariant(), parts => parts[1]);
        return new RecordedRequest(first[0], first[1], headers);
    }

    /// <summary>Sends it as it is, to another address.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpClient http, Uri cloud)
    {
        using var request = new HttpRequestMessage(new HttpMethod(Method), new Uri(cloud, Target)) { Content = new ByteArrayContent([]) };
        foreach (var (name, value) in Headers.Where(header => header.Key is not ("content-length" or "connection")))
        {
            request.Headers.TryAddWithoutValidation(name, value).Should().BeTrue();
        }

        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
