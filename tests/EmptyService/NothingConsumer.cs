using MassTransit;

namespace Kritis.Events.EmptyService;

/// <summary>A message that nobody sends.</summary>
internal sealed record Nothing;

/// <summary>Takes it from its queue.</summary>
internal sealed class NothingConsumer : IConsumer<Nothing>
{
    public Task Consume(ConsumeContext<Nothing> context) => Task.CompletedTask;
}
