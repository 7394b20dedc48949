using System.Text.Json.Nodes;

namespace Kritis.Events.AlibabaCloud.Emulator;

/// <summary>One of the services.</summary>
internal interface IService
{
    /// <summary>Answers a request whose signature is good.</summary>
    /// <exception cref="CloudErrorException">It is refused.</exception>
    Task<JsonObject> AnswerAsync(CloudRequest request, CancellationToken cancellationToken);
}

/// <summary>The errors that all services share.</summary>
internal static class Refusals
{
    public static CloudErrorException UnknownAction() => new(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");

    public static CloudErrorException Invalid(string parameter) => new(400, "InvalidParameter", $"The specified parameter \"{parameter}\" is not valid.");
}
