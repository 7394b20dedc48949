using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Kritis.Events.Verifier.Admission;

/// <summary>
/// Finds the UID of a review that is damaged further on, so that the API server gets an answer to it. An HTTP error instead would leave the
/// answer to the webhook's <c>failurePolicy</c>.
/// </summary>
internal static class ReviewIdentity
{
    private static readonly JsonReaderOptions Bounded = new() { MaxDepth = ReviewReader.MostDepth };

    public static bool TryFind(ReadOnlySpan<byte> body, out string? apiVersion, [NotNullWhen(true)] out string? uid)
    {
        (apiVersion, uid) = (null, null);
        try
        {
            var reader = new Utf8JsonReader(body, Bounded);
            var member = Member.Other;
            while (uid is null && reader.Read())
            {
                if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 })
                {
                    member = MemberAt(reader);
                }
                else if (reader is { TokenType: JsonTokenType.String, CurrentDepth: 1 } && member != Member.Other)
                {
                    var text = reader.GetString();
                    apiVersion = member == Member.ApiVersion ? text : apiVersion;
                    if (member == Member.Kind && text != "AdmissionReview")
                    {
                        return false;
                    }
                }
                else if (reader is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 2 } && member == Member.Request && reader.ValueTextEquals("uid"u8))
                {
                    uid = reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
                }
            }
        }
        catch (Exception damaged) when (damaged is JsonException or InvalidOperationException)
        {
            // What was found before the damage counts.
        }

        return uid is { Length: > 0 and <= ReviewReader.MostIdentityCharacters }
            && apiVersion is null or { Length: > 0 and <= ReviewReader.MostIdentityCharacters };
    }

    private static Member MemberAt(Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("request"u8))
        {
            return Member.Request;
        }

        if (reader.ValueTextEquals("apiVersion"u8))
        {
            return Member.ApiVersion;
        }

        return reader.ValueTextEquals("kind"u8) ? Member.Kind : Member.Other;
    }

    private enum Member
    {
        Other,
        ApiVersion,
        Kind,
        Request,
    }
}
