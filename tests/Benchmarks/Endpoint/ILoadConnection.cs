namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>A connection that sends one review again and again.</summary>
internal interface ILoadConnection : IAsyncDisposable
{
    /// <summary>How many requests it sends at the same time.</summary>
    int Streams { get; }

    /// <summary>Sends the review once and reads the whole answer.</summary>
    /// <exception cref="InvalidDataException">The answer is not the expected one.</exception>
    Task SendAsync(CancellationToken cancellationToken);
}
