using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kritis.Events.Attestations.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Kritis.Events.Attestations.Tests.Resources;

/// <summary>The folder is watched, and only what is valid as a whole takes effect.</summary>
public sealed class ResourceFolderTests : IAsyncLifetime
{
    private readonly ResourceFolderFixture _files = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private ResourceFolder? _folder;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_folder is not null)
        {
            await _folder.StopAsync(CancellationToken.None);
            _folder.Dispose();
        }

        await _services.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public void An_invalid_folder_at_the_start_stops_the_service_with_every_problem_on_a_line()
    {
        _files.Write("a.yaml", ResourceFolderFixture.Rule());

        var start = () => new ResourceFolder(_files.Path, TimeProvider.System, _services.GetRequiredService<IMeterFactory>(), NullLogger<ResourceFolder>.Instance);

        start.Should().Throw<InvalidResourcesException>().Which.Message.Should()
            .StartWith($"Resources:Path {_files.Path} is invalid:\n").And.Contain("a.yaml:2: SigningRule 'demo': spec.registry");
    }

    [Fact]
    public async Task A_valid_change_is_taken_whole()
    {
        await WatchAsync(ResourceFolderFixture.Valid);

        var changed = Changed();
        _files.Write("a.yaml", ResourceFolderFixture.Valid + "---\n" + ResourceFolderFixture.Policy(name: "second"));

        (await changed).Policies.Should().HaveCount(2);
        _folder!.Problems.Should().BeEmpty();
    }

    [Fact]
    public async Task An_invalid_change_is_reported_and_the_last_valid_set_stays_in_force_until_it_is_put_right()
    {
        await WatchAsync(ResourceFolderFixture.Valid);
        var before = _folder!.Current;

        _files.Write("b.yaml", "kind: [");
        await UntilAsync(() => _folder.Problems.Count > 0);
        _folder.Current.Should().BeSameAs(before);
        _folder.Problems[0].File.Should().Be("b.yaml");

        var changed = Changed();
        _files.Write("b.yaml", ResourceFolderFixture.Policy(name: "second"));
        (await changed).Policies.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_emptied_folder_does_not_open_the_gate()
    {
        await WatchAsync(ResourceFolderFixture.Valid);

        File.Delete(Path.Combine(_files.Path, "a.yaml"));

        await UntilAsync(() => _folder!.Problems.Count > 0);
        _folder!.Current.Policies.Should().ContainSingle();
    }

    [Fact]
    public async Task A_swapped_link_as_Kubernetes_mounts_configuration_is_noticed()
    {
        var volume = Directory.CreateDirectory(Path.Combine(_files.Path, "..v1")).FullName;
        File.WriteAllText(Path.Combine(volume, "a.yaml"), ResourceFolderFixture.Valid);
        File.CreateSymbolicLink(Path.Combine(_files.Path, "..data"), volume);
        File.CreateSymbolicLink(Path.Combine(_files.Path, "a.yaml"), Path.Combine(_files.Path, "..data", "a.yaml"));
        await WatchAsync(null);

        var changed = Changed();
        var next = Directory.CreateDirectory(Path.Combine(_files.Path, "..v2")).FullName;
        File.WriteAllText(Path.Combine(next, "a.yaml"), ResourceFolderFixture.Valid + "---\n" + ResourceFolderFixture.Policy(name: "second"));
        File.CreateSymbolicLink(Path.Combine(_files.Path, "..data_tmp"), next);
        using var swap = Process.Start("mv", ["-T", Path.Combine(_files.Path, "..data_tmp"), Path.Combine(_files.Path, "..data")]);
        await swap.WaitForExitAsync(Cancellation);

        (await changed).Policies.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_listener_that_fails_does_not_end_the_watching()
    {
        await WatchAsync(ResourceFolderFixture.Valid);
        _folder!.Changed += _ => throw new InvalidOperationException("a defect");
        var first = Changed();
        _files.Write("b.yaml", ResourceFolderFixture.Policy(name: "second"));
        await first;

        var second = Changed();
        _files.Write("c.yaml", ResourceFolderFixture.Policy(name: "third"));

        (await second).Policies.Should().HaveCount(3);
    }

    private async Task WatchAsync(string? content)
    {
        if (content is not null)
        {
            _files.Write("a.yaml", content);
        }

        _folder = new ResourceFolder(_files.Path, TimeProvider.System, _services.GetRequiredService<IMeterFactory>(), NullLogger<ResourceFolder>.Instance);
        await _folder.StartAsync(Cancellation);
    }

    private Task<ResourceSet> Changed()
    {
        var changed = new TaskCompletionSource<ResourceSet>(TaskCreationOptions.RunContinuationsAsynchronously);
        _folder!.Changed += set => changed.TrySetResult(set);
        return changed.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}
