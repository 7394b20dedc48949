using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Signer.Intake.Acr;

/// <summary>Reads the body of a webhook of Container Registry. Source: its documentation of triggers.</summary>
internal static class AcrWebhook
{
    /// <exception cref="MalformedException">It is none; the message names the member.</exception>
    public static AcrPush Read(ReadOnlyMemory<byte> body)
    {
        using var document = IntakeDocument.Parse(body);
        var root = new JsonMember("body", document.RootElement).RequiredObject();
        var (push, repository) = (root["push_data"].RequiredObject(), root["repository"].RequiredObject());
        var path = AcrNames.Repository(repository["namespace"], repository["name"]);
        if (repository["repo_full_name"].Text() is { } full && full != path)
        {
            throw repository["repo_full_name"].Malformed($"'{Excerpt.Of(full)}' is not namespace and name, '{path}'");
        }

        var (digest, tag) = (AcrNames.Digest(push["digest"]), AcrNames.Tag(push["tag"]));
        if (digest is null && tag is null)
        {
            throw push.Malformed("names neither a digest nor a tag");
        }

        return new AcrPush
        {
            Region = AcrNames.CloudName(repository["region"]),
            Namespace = repository["namespace"].RequiredText(),
            Repository = path,
            Digest = digest,
            Tag = tag,
            Source = "acr",
        };
    }
}
