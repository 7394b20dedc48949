using System.Net;
using Kritis.Events.Cli.EmbeddedRegistry;
using Microsoft.Extensions.DependencyInjection;

namespace Kritis.Events.Cli.Tests.EmbeddedRegistry;

public sealed class RestartTests
{
    [Fact]
    public async Task Images_and_unfinished_uploads_are_there_after_a_restart()
    {
        using var folder = new Folder();
        string digest, upload;
        await using (var registry = await RegistryServer.StartAsync(dataFolder: folder.Path))
        {
            digest = await registry.PushImageAsync("team/app", "1.0");
            using var started = await registry.Client.PostAsync("/v2/team/app/blobs/uploads/", null);
            upload = started.Headers.Location!.ToString();
            (await registry.Client.PatchAsync(upload, new StringContent("01234"))).StatusCode.Should().Be(HttpStatusCode.Accepted);
        }

        await using var restarted = await RegistryServer.StartAsync(dataFolder: folder.Path);
        Sample.DigestOf(await restarted.Client.GetByteArrayAsync("/v2/team/app/manifests/1.0")).Should().Be(digest);
        var content = Sample.Utf8("0123456789");
        using var finished = await restarted.Client.PutAsync($"{upload}?digest={Sample.DigestOf(content)}", new StringContent("56789"));
        finished.StatusCode.Should().Be(HttpStatusCode.Created);
        (await restarted.Client.GetByteArrayAsync(finished.Headers.Location)).Should().Equal(content);
    }

    [Fact]
    public async Task An_upload_that_nobody_wrote_to_for_a_week_is_removed_and_a_younger_one_is_kept()
    {
        using var folder = new Folder();
        string old, young;
        await using (var registry = await RegistryServer.StartAsync(dataFolder: folder.Path))
        {
            old = (await registry.Client.PostAsync("/v2/team/app/blobs/uploads/", null)).Headers.Location!.ToString();
            young = (await registry.Client.PostAsync("/v2/team/app/blobs/uploads/", null)).Headers.Location!.ToString();
        }

        var file = Path.Combine(folder.Path, "repositories", "team", "app", "_uploads", old.Split('/')[^1]);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-8));
        await using var restarted = await RegistryServer.StartAsync(dataFolder: folder.Path);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while ((await restarted.Client.GetAsync(old, limit.Token)).StatusCode != HttpStatusCode.NotFound)
        {
            await Task.Yield();
        }

        (await restarted.Client.GetAsync(young)).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_an_error_for_the_push_and_no_crash()
    {
        using var folder = new Folder();
        await using var registry = await RegistryServer.StartAsync(dataFolder: folder.Path);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "repositories", "team"), "a file where a folder must be");
        using var answer = await registry.Client.PostAsync("/v2/team/app/blobs/uploads/", null);
        answer.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("data folder").And.NotContain(folder.Path);
        await registry.PushImageAsync("other/app", "1.0");
    }

    public static TheoryData<string> BadOptions => ["folder", "url", "scheme", "token", "empty token", "blob", "manifest", "retry", "timeout"];

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void A_setting_that_cannot_be_used_stops_the_start_and_is_named(string which)
    {
        var good = new EmbeddedRegistryOptions { DataFolder = "data", NotificationUrl = new Uri("http://127.0.0.1:1/events/distribution") };
        var (bad, name) = which switch
        {
            "folder" => (good with { DataFolder = " " }, "DataFolder"),
            "url" => (good with { NotificationUrl = new Uri("/events", UriKind.Relative) }, "NotificationUrl"),
            "scheme" => (good with { NotificationUrl = new Uri("file:///events") }, "NotificationUrl"),
            "token" => (good with { NotificationToken = "a\r\nb" }, "NotificationToken"),
            "empty token" => (good with { NotificationToken = "" }, "NotificationToken"),
            "blob" => (good with { MaxBlobBytes = 0 }, "MaxBlobBytes"),
            "manifest" => (good with { MaxManifestBytes = -1 }, "MaxManifestBytes"),
            "retry" => (good with { LongestRetryAfter = TimeSpan.Zero }, "LongestRetryAfter"),
            _ => (good with { NotificationTimeout = TimeSpan.Zero }, "NotificationTimeout"),
        };
        var start = () => new ServiceCollection().AddEmbeddedRegistry(bad);
        start.Should().Throw<ArgumentException>().WithMessage($"*{name}*");
    }
}
