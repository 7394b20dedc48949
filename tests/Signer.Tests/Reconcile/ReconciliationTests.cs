using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Kritis.Events.Attestations.Index;
using Kritis.Events.Attestations.Payloads;
using Kritis.Events.Attestations.Resources;
using Kritis.Events.Contracts.Images;
using Kritis.Events.Contracts.Messages;
using Kritis.Events.Signer.Reconcile;
using Kritis.Events.Signer.Registry;
using Kritis.Events.Signer.Signing;
using Kritis.Events.Signer.Tests.Registry;
using Kritis.Events.Signer.Tests.Restoring;
using Kritis.Events.Signer.Tests.Signing;
using Microsoft.AspNetCore.Http;

namespace Kritis.Events.Signer.Tests.Reconcile;

/// <summary>What a comparison finds, and what a registry that lists its content may try.</summary>
public sealed class ReconciliationTests : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new();
    private readonly CountingKeys _keys = new();
    private readonly HeldContents _held = new();
    private readonly List<ImagePushed> _sent = [];
    private readonly List<Action<AttestationIndex>> _known = [];
    private readonly Witness _witness;
    private ScriptedRegistry _registry = null!;
    private SignerUnderTest? _signer;

    public ReconciliationTests() => _witness = new Witness { Name = "release", Keys = [_keys.Create("release")] };

    public async ValueTask InitializeAsync() => _registry = await ScriptedRegistry.StartAsync(context =>
        _answers.TryGetValue($"{context.Request.Path}{context.Request.QueryString}", out var answer) || _answers.TryGetValue(context.Request.Path, out answer)
            ? answer(context)
            : _held.AnswerAsync(context));

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        _signer?.Dispose();
        _keys.Dispose();
    }

    [Fact]
    public async Task G2_what_rules_cover_and_nobody_attested_is_sent_once_over_all_pages()
    {
        Answer("/v2/_catalog?n=100", """{"repositories":["team/app"]}""", "</v2/_catalog?last=x&n=100>; rel=\"next\"");
        Answer("/v2/_catalog?last=x&n=100", """{"repositories":["other/app","team/app","team/web"]}""");
        Answer("/v2/team/app/tags/list?n=100", """{"tags":["1","latest"]}""", "</v2/team/app/tags/list?n=100&last=latest>; rel=\"next\"");
        Answer("/v2/team/app/tags/list?n=100&last=latest", """{"tags":["2"]}""");
        Answer("/v2/team/web/tags/list", """{"tags":null}""");
        Hold("team/app", "1", "one");
        Hold("team/app", "latest", "one");
        Hold("team/app", "2", "two");
        Attest("two");

        var report = await RunAsync();

        _sent.Should().ContainSingle("two tags of one digest are one push").Which.Image.Should().Be(Image("one"));
        (_sent[0].Tag, _sent[0].Source).Should().Be(("1", "reconcile"));
        (report.Repositories, report.RepositoriesDone, report.Tags, report.Known, report.Sent, report.Failed).Should().Be((2, 2, 3, 1, 1, 0));
        _registry.Requests.Should().NotContain(asked => asked.Path.Contains("/other/"), "no rule covers it");
    }

    [Fact]
    public async Task A_comparison_that_is_begun_again_sends_the_same_event_ids_and_passes_over_what_is_attested_by_then()
    {
        Catalogue("team/app");
        Answer("/v2/team/app/tags/list", """{"tags":["1","2"]}""");
        Hold("team/app", "1", "one");
        Hold("team/app", "2", "two");
        _ = await RunAsync();
        Attest("one");

        _ = await RunAsync();

        _sent.Select(push => push.Image).Should().Equal(Image("one"), Image("two"), Image("two"));
        _sent[2].EventId.Should().Be(_sent[1].EventId).And.StartWith("reconcile-");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_witness_took_back_is_not_sent_again_even_where_the_key_that_did_is_believed_no_more(bool isPinned)
    {
        var key = isPinned ? _witness.ActiveKey!.PublicKey.Fingerprint : Digest.Of("a key that was unpinned"u8);
        Catalogue("team/app");
        Hold("team/app", "1", "one");
        _known.Add(index => index.Revoke(Image("one"), new IndexedRevocation("r", "release", "leaked", key)));

        var report = await RunAsync();

        (report.Known, report.Sent).Should().Be((1, 0));
    }

    [Fact]
    public async Task G7_tags_of_signatures_are_not_even_asked_about_and_foreign_media_types_are_skipped()
    {
        var signature = $"sha256-{Digest.Of("one"u8).Hex}.sig";
        Catalogue("team/app");
        Answer("/v2/team/app/tags/list", $$"""{"tags":["{{signature}}","chart","../../admin",""]}""");
        _answers["/v2/team/app/manifests/chart"] = context =>
        {
            context.Response.ContentType = "application/x-other";
            return Task.CompletedTask;
        };

        var report = await RunAsync();

        (report.Sent, report.Skipped).Should().Be((0, 4));
        _registry.Requests.Where(asked => asked.Method == "HEAD").Should().ContainSingle().Which.Path.Should().EndWith("/chart");
    }

    [Theory]
    [InlineData("<http://attacker.example/v2/_catalog?last=a>; rel=\"next\"", "not the same list")]
    [InlineData("<//attacker.example/v2/_catalog>; rel=\"next\"", "not the same list")]
    [InlineData("</v2/secret/tags/list>; rel=\"next\"", "not the same list")]
    [InlineData("rel=\"next\"", "not the same list")]
    [InlineData("</v2/_catalog?n=100>; rel=\"next\"", "brings nothing new")]
    public async Task A_list_that_leads_elsewhere_or_round_in_a_circle_is_given_up_and_said_so(string link, string told)
    {
        Answer("/v2/_catalog", """{"repositories":["team/app"]}""", link);
        Answer("/v2/team/app/tags/list", """{"tags":[]}""");

        var report = await RunAsync();

        report.Problems.Should().ContainSingle().Which.Should().Contain(told);
        _registry.Requests.Count.Should().BeLessThan(5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"repositories":"team/app"}""")]
    [InlineData("""{"repositories":[1]}""")]
    [InlineData("""{"repositories":["team/app"],"repositories":["team/app"]}""")]
    [InlineData("""{"repositories":["team/app" """)]
    public async Task A_catalogue_that_cannot_be_read_is_told_and_nothing_is_sent(string body)
    {
        Answer("/v2/_catalog", body);

        var report = await RunAsync();

        report.Problems.Should().ContainSingle().Which.Should().Contain("has no list 'repositories'");
        _sent.Should().BeEmpty();
    }

    [Fact]
    public async Task A_page_without_an_end_is_cut_off()
    {
        _answers["/v2/_catalog"] = async context =>
        {
            var endless = Encoding.UTF8.GetBytes(new string(' ', 64 * 1024));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(endless, context.RequestAborted);
            }
        };

        var report = await RunAsync();

        report.Problems.Should().ContainSingle().Which.Should().Contain("more than");
    }

    [Fact]
    public async Task Names_that_are_none_lead_to_no_request()
    {
        Catalogue("team/../../admin", "TEAM/App", "", "team/app?x=y", "team/app@sha256:0");

        var report = await RunAsync();

        report.Repositories.Should().Be(0);
        _registry.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task A_registry_that_lists_no_repositories_is_told_and_what_rules_name_outright_is_compared_all_the_same()
    {
        _answers["/v2/_catalog"] = context => ScriptedRegistry.StatusAsync(context, HttpStatusCode.Forbidden);
        Answer("/v2/team/app/tags/list", """{"tags":["1"]}""");
        Hold("team/app", "1", "one");

        var report = await RunAsync("app");

        _sent.Should().ContainSingle();
        report.Problems.Should().ContainSingle().Which.Should().Contain("403").And.Contain("without '*'");
    }

    [Fact]
    public async Task G2_a_child_of_an_index_that_nobody_attested_is_found_though_the_index_is()
    {
        byte[][] children = [HeldContents.Manifest("amd64"), HeldContents.Manifest("arm64")];
        var index = HeldContents.Index(children);
        _held.Hold("team/app", index, "1");
        _held.Hold("team/app", children[0]);
        _held.Hold("team/app", children[1]);
        Attest(index);
        Attest(children[0]);

        (await RunAsync()).Sent.Should().Be(1);

        _sent.Should().ContainSingle().Which.Image.Digest.Should().Be(Digest.Of(index), "the consumer takes an index with its children");
        Attest(children[1]);
        var asked = _registry.Requests.Count;
        (await RunAsync()).Known.Should().Be(1);
        _registry.Requests.Skip(asked).Should().NotContain(request => request.Method == "GET" && request.Path.Contains("/manifests/"),
            "what a digest stands for is asked once");
    }

    [Fact]
    public async Task G7_an_artifact_is_asked_about_once_and_never_sent()
    {
        var chart = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{ScriptedRegistry.ManifestType}}","config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"},"layers":[]}""");
        _held.Hold("team/app", chart, "chart");

        (await RunAsync()).Skipped.Should().Be(1);
        (await RunAsync()).Skipped.Should().Be(1);

        _sent.Should().BeEmpty();
        _registry.Requests.Count(request => request.Path.EndsWith(Digest.Of(chart).ToString(), StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task What_is_attached_comes_back_to_the_log_and_is_not_sent_to_be_signed()
    {
        Hold("team/app", "1", "one");
        await AttachAsync("one");

        var dry = await RunAsync(isDryRun: true);
        (dry.Restored, dry.Sent, dry.Known, _signer!.Log.Appended.Count).Should().Be((1, 0, 1, 0), "a dry run changes nothing");
        _signer.Dispose();
        _signer = null;
        var report = await RunAsync();

        (report.Restored, report.Sent, report.Known).Should().Be((1, 0, 1));
        _signer!.Log.Appended.Should().ContainSingle().Which.Rule.Should().Be("team");
        (await RunAsync()).Restored.Should().Be(0);
    }

    [Fact]
    public async Task What_a_person_had_signed_comes_back_too_although_no_automatic_rule_asks_for_it()
    {
        Hold("team/app", "1", "one");
        await AttachAsync("one");

        var report = await RunAsync(mode: SigningMode.Manual);

        (report.Restored, report.Sent).Should().Be((1, 0));
    }

    [Fact]
    public async Task A_revocation_that_only_the_log_holds_is_attached_and_comes_back_when_the_log_is_lost()
    {
        Hold("team/app", "1", "one");
        _ = await RunAsync();
        await _signer!.Get<Revocation>().RevokeAsync(Image("one"), _witness, "leaked", TestContext.Current.CancellationToken);
        _ = await RunAsync();
        var asked = _registry.Requests.Count;
        _ = await RunAsync();
        _registry.Requests.Skip(asked).Should().NotContain(request => request.Method == "PUT", "it is attached by now");
        _signer.Dispose();
        _signer = null;
        _sent.Clear();

        var report = await RunAsync();

        (report.Restored, report.Sent, report.Known).Should().Be((1, 0, 1));
        _signer!.Log.Revoked.Should().ContainSingle().Which.Reason.Should().Be("leaked");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_revocation_whose_tag_was_cleaned_up_or_overwritten_with_junk_is_attached_again(bool isJunk)
    {
        Hold("team/app", "1", "one");
        _ = await RunAsync();
        var revoked = await _signer!.Get<Revocation>().RevokeAsync(Image("one"), _witness, "leaked", TestContext.Current.CancellationToken);
        _ = await RunAsync();
        var tag = AttachmentTag.Revocations.Of(Image("one"));
        if (isJunk)
        {
            var junk = new WrittenLayer(MediaTypes.Revocation, revoked.Payload.ToArray(), "anVuaw==", revoked.KeyFingerprint.ToString());
            _held.Hold("team/app", WrittenLayer.Manifest(junk), tag);
            _signer.Dispose();
            _signer = null;
            _known.Add(index => index.Revoke(Image("one"), new IndexedRevocation(revoked.Id, "release", "leaked", revoked.KeyFingerprint) { Signature = revoked.Signature }));
        }
        else
        {
            _held.Forget("team/app", tag);
        }

        _ = await RunAsync();

        SignatureManifest.Read(_held.ManifestAt("team/app", tag)).Layers.Select(layer => layer.Signature).Should().Contain(Convert.ToBase64String(revoked.Signature.Span));
    }

    [Fact]
    public async Task G3_an_index_with_a_child_whose_revocations_cannot_be_read_is_not_sent()
    {
        var child = HeldContents.Manifest("amd64");
        _held.Hold("team/app", child);
        _held.Hold("team/app", HeldContents.Index(child), "1");
        _held.Hold("team/app", "{"u8.ToArray(), AttachmentTag.Revocations.Of(_registry.Image(child, "team/app")));

        var report = await RunAsync();

        (report.Sent, report.Failed).Should().Be((0, 1));
    }

    [Fact]
    public async Task A_registry_that_takes_no_revocation_is_told_and_keeps_nothing_from_being_compared()
    {
        _held.IsReadOnly = true;
        Hold("team/app", "1", "one");
        _ = await RunAsync();
        await _signer!.Get<Revocation>().RevokeAsync(Image("one"), _witness, "leaked", TestContext.Current.CancellationToken);

        var report = await RunAsync();

        (report.Failed, report.Known).Should().Be((0, 1));
        report.Problems.Should().ContainSingle().Which.Should().Contain("would be lost with it").And.Contain(Image("one").ToString());
    }

    [Fact]
    public async Task G3_an_image_whose_revocations_cannot_be_read_is_not_sent()
    {
        Hold("team/app", "1", "one");
        Hold("team/app", "2", "two");
        _held.Hold("team/app", "{"u8.ToArray(), AttachmentTag.Revocations.Of(Image("one")));

        var report = await RunAsync();

        _sent.Should().ContainSingle().Which.Image.Should().Be(Image("two"));
        report.Problems.Should().ContainSingle().Which.Should().Contain("cannot be read, and so it is not signed");
    }

    private async Task<ReconcileReport> RunAsync(string repositories = "*", SigningMode mode = SigningMode.Automatic, bool isDryRun = false)
    {
        var registry = _registry.Configured();
        _signer ??= new SignerUnderTest(new ResourceSet
        {
            Registries = [registry],
            Witnesses = new Dictionary<string, Witness> { ["release"] = _witness },
            Rules =
            [
                new SigningRule
                {
                    Name = "team", Registry = registry.Name, Namespace = "team", Repositories = [repositories], Tags = ["*"], Witness = "release",
                    Mode = mode, Attach = false,
                },
            ],
        }, _keys);
        foreach (var add in _known)
        {
            add(_signer.Index);
        }

        return await _signer.Get<Reconciliation>().RunAsync(new ReconcileScope { IsDryRun = isDryRun }, (pushes, _) =>
        {
            _sent.AddRange(pushes);
            return Task.CompletedTask;
        }, progress: null, TestContext.Current.CancellationToken);
    }

    private void Catalogue(params string[] repositories) =>
        Answer("/v2/_catalog", $$"""{"repositories":[{{string.Join(',', repositories.Select(name => $"\"{name}\""))}}]}""");

    private void Answer(string address, string body, string? link = null) => _answers[address] = context =>
    {
        if (link is not null)
        {
            context.Response.Headers.Link = link;
        }

        return context.Response.WriteAsync(body);
    };

    private void Hold(string repository, string tag, string content) => _held.Hold(repository, HeldContents.Manifest(content), tag);

    private Image Image(string content) => _registry.Image(HeldContents.Manifest(content), "team/app");

    private void Attest(string content) => Attest(HeldContents.Manifest(content));

    private void Attest(byte[] manifest) => _known.Add(index => index.Add(_registry.Image(manifest, "team/app"), new IndexedAttestation
    {
        Witness = "release", KeyFingerprint = _witness.ActiveKey!.PublicKey.Fingerprint,
    }));

    private async Task AttachAsync(string content)
    {
        var payload = SimpleSigningPayload.Create(Image(content), "release");
        var signature = await _keys.SignAsync(_witness.ActiveKey!, SHA256.HashData(payload), TestContext.Current.CancellationToken);
        _held.Hold("team/app", WrittenLayer.Manifest(new WrittenLayer(MediaTypes.SimpleSigning, payload, Convert.ToBase64String(signature.Span))), AttachmentTag.Signatures.Of(Image(content)));
    }
}
