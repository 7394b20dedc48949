using System.Text.Json.Serialization;

namespace Kritis.Events.Benchmarks.Endpoint;

/// <summary>What one measurement of one server showed; the load process prints one a line.</summary>
internal sealed record LoadResult
{
    public required string Scenario { get; init; }

    /// <summary>1 for HTTP/1.1, 2 for HTTP/2.</summary>
    public required int Http { get; init; }

    public required int Connections { get; init; }

    /// <summary><c>bare</c> or <c>verifier</c>.</summary>
    public required string Server { get; init; }

    public required double PerSecond { get; init; }

    /// <summary>Microseconds from the first byte of the request to the last of the answer, which half of the requests do not exceed.</summary>
    public required double P50 { get; init; }

    /// <summary>As <see cref="P50"/>, for 99 of 100.</summary>
    public required double P99 { get; init; }

    /// <summary>Microseconds of CPU time that the server spent for each request.</summary>
    public required double Cpu { get; init; }
}

/// <summary>The line's format.</summary>
[JsonSerializable(typeof(LoadResult))]
internal sealed partial class LoadJson : JsonSerializerContext;
