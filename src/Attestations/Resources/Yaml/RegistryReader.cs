using Kritis.Events.Contracts.Images;

namespace Kritis.Events.Attestations.Resources.Yaml;

/// <summary>Reads the <c>spec</c> of a <c>Registry</c>.</summary>
internal static class RegistryReader
{
    public static ConfiguredRegistry? Read(string name, Field spec, string folder)
    {
        if (spec.Members("host", "aliases", "url", "credentials", "tokenRealms", "immutableTags", "acr") is not { } members)
        {
            return null;
        }

        var host = Host(members.Required(spec, "host"));
        var aliases = members.Optional("aliases") is { } list ? list.Texts(Names.ProblemOfHost, least: 0) : [];
        var realms = members.Optional("tokenRealms") is { } given ? given.Texts(Names.ProblemOfHost, least: 0) : [];
        var immutable = members.Optional("immutableTags") is { } patterns ? patterns.Texts(Names.ProblemOfPattern, least: 0) : [];
        var credentials = members.Optional("credentials") is { } secret ? Credentials(secret, folder) : null;
        var acr = members.Optional("acr") is { } instance ? Acr(instance) : null;
        if (acr is not null && credentials is not null)
        {
            spec.Wrong("credentials: an ACR instance gives its own password (GetAuthorizationToken); expected either acr or credentials");
            return null;
        }

        if (host is null || aliases is null || realms is null || immutable is null)
        {
            return null;
        }

        var url = members.Optional("url") is { } address
            ? Url(address)
            : new Uri($"{(Names.IsLoopback(host) ? "http" : "https")}://{host}");
        return url is null ? null : new ConfiguredRegistry
        {
            Name = name,
            Host = host,
            Aliases = [.. aliases.Select(alias => alias.ToLowerInvariant())],
            Url = url,
            Credentials = credentials,
            TokenRealms = [.. realms.Select(realm => realm.ToLowerInvariant())],
            ImmutableTags = immutable,
            Acr = acr,
        };
    }

    private static string? Host(Field? field)
    {
        if (field?.Text() is not { } host)
        {
            return null;
        }

        if (Names.ProblemOfHost(host) is { } problem)
        {
            field.Wrong($": '{Excerpt.Of(host)}': {problem}");
            return null;
        }

        return host.ToLowerInvariant();
    }

    private static Uri? Url(Field field)
    {
        if (field.Text() is not { } text)
        {
            return null;
        }

        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "https" or "http" && url.PathAndQuery == "/" && url.UserInfo.Length == 0 && url.Fragment.Length == 0;
        if (!isUrl)
        {
            field.Wrong($": '{Excerpt.Of(text)}': expected https://host[:port] without path, query or user name");
            return null;
        }

        if (url!.Scheme == "http" && !Names.IsLoopback(url.Authority))
        {
            field.Wrong($": '{Excerpt.Of(text)}': plain http is taken for loopback addresses only; expected https://");
            return null;
        }

        return url;
    }

    private static AcrInstance? Acr(Field field)
    {
        if (field.Members("instanceId", "region", "namespaces") is not { } members)
        {
            return null;
        }

        var id = members.Required(field, "instanceId") is { } instance ? instance.Checked(Names.ProblemOfCloudName) : null;
        var region = members.Required(field, "region") is { } place ? place.Checked(Names.ProblemOfCloudName) : null;
        var namespaces = members.Optional("namespaces") is { } patterns ? patterns.Texts(Names.ProblemOfPattern) : ["*"];
        return id is null || region is null || namespaces is null ? null : new AcrInstance { InstanceId = id, Region = region, Namespaces = namespaces };
    }

    private static RegistryCredentials? Credentials(Field field, string folder)
    {
        if (field.Members("username", "passwordFile", "passwordEnv", "password") is not { } members)
        {
            return null;
        }

        if (members.ContainsKey("password"))
        {
            field.Wrong(".password: a password does not belong into a resource, which many may read; expected passwordFile or passwordEnv");
            return null;
        }

        var username = members.Required(field, "username")?.Text();
        var file = members.Optional("passwordFile")?.Text();
        var variable = members.Optional("passwordEnv")?.Text();
        if ((file is null) == (variable is null))
        {
            field.Wrong(": expected either passwordFile or passwordEnv");
            return null;
        }

        return username is null ? null : new RegistryCredentials
        {
            Username = username,
            PasswordFile = file is null ? null : Path.Combine(folder, file),
            PasswordEnvironmentVariable = variable,
        };
    }
}
