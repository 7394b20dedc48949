using Kritis.Events.Contracts.Images;
using Microsoft.Extensions.Options;

namespace Kritis.Events.Signer.Intake;

/// <summary>Refuses settings under which the intake would be open to the network or could not work.</summary>
internal sealed class IntakeOptionsValidator(IConfiguration configuration) : IValidateOptions<IntakeOptions>
{
    private const int FewestBytes = 1024;
    private const int MostQueueCharacters = 200;
    private const int MostBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, IntakeOptions options)
    {
        string?[] problems =
        [
            ProblemOfToken(options),
            options.MaxBodyBytes is < FewestBytes or > MostBytes
                ? $"Intake:MaxBodyBytes is {options.MaxBodyBytes}: expected {FewestBytes} to {MostBytes}"
                : null,
            ProblemOfTimeout(nameof(options.ReadTimeout), options.ReadTimeout),
            ProblemOfTimeout(nameof(options.PublishTimeout), options.PublishTimeout),
            ProblemOfQueue(options.EventBridgeQueue),
        ];
        var found = problems.OfType<string>().ToArray();
        return found.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }

    private string? ProblemOfToken(IntakeOptions options)
    {
        if (options.HasToken || ListeningUrls.FirstBeyondLoopback(configuration) is not { } open)
        {
            return null;
        }

        return $"Intake:Token is missing, but the service listens on {open}, which is not a loopback address: "
            + "expected a secret of 16 or more characters that registries present, or urls bound to loopback, for example http://127.0.0.1:8080";
    }

    private string? ProblemOfQueue(string? queue)
    {
        if (string.IsNullOrWhiteSpace(queue))
        {
            return null;
        }

        if (configuration["Bus:Uri"] == "memory:")
        {
            return "Intake:EventBridgeQueue needs RabbitMQ: Bus:Uri is memory:, expected amqp://… or amqps://…";
        }

        var isName = queue.Length <= MostQueueCharacters && queue.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_' or ':');
        return isName && !queue.StartsWith("amq.", StringComparison.Ordinal) && !queue.StartsWith("kritis.", StringComparison.Ordinal)
            ? null
            : $"Intake:EventBridgeQueue is '{Excerpt.Of(queue)}': expected at most {MostQueueCharacters} letters, digits, '.', '-', '_' and ':', not beginning with 'kritis.' or 'amq.'";
    }

    private static string? ProblemOfTimeout(string key, TimeSpan value) => value > TimeSpan.Zero && value <= LongestTimeout
        ? null
        : $"Intake:{key} is {value}: expected a time above zero, at most {LongestTimeout}";
}
