namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>A review and the answer that a verifier gives to it, in two files, so that every process sends and expects the same.</summary>
/// <param name="Name">Its name, also its path at the bare server.</param>
/// <param name="Review">The body of the request.</param>
/// <param name="Answer">The body of the answer.</param>
internal sealed record HttpScenario(string Name, byte[] Review, byte[] Answer)
{
    private const string ReviewSuffix = ".review.json";
    private const string AnswerSuffix = ".answer.json";

    public static IReadOnlyList<HttpScenario> In(string folder) =>
    [
        .. Directory.GetFiles(folder, "*" + ReviewSuffix).Order(StringComparer.Ordinal).Select(file => new HttpScenario(
            Path.GetFileName(file)[..^ReviewSuffix.Length],
            File.ReadAllBytes(file),
            File.ReadAllBytes(file[..^ReviewSuffix.Length] + AnswerSuffix))),
    ];

    public void WriteTo(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, Name + ReviewSuffix), Review);
        File.WriteAllBytes(Path.Combine(folder, Name + AnswerSuffix), Answer);
    }
}
