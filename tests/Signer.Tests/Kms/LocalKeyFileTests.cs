using Kritis.Events.Attestations.Keys;
using Kritis.Events.Signer.Kms;

namespace Kritis.Events.Signer.Tests.Kms;

public sealed class LocalKeyFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_key_and_its_folder_are_their_owners_alone()
    {
        var path = Path.Combine(_folder.Path, "new", "keys", "release.pem");
        LocalKeyFile.Create(path, SignatureAlgorithm.EcdsaSha256);

        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode(Path.GetDirectoryName(path)!).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public void A_key_that_is_there_is_never_replaced()
    {
        var path = _folder.File("release.pem");
        LocalKeyFile.Create(path, SignatureAlgorithm.EcdsaSha256);
        var before = File.ReadAllBytes(path);

        var again = () => LocalKeyFile.Create(path, SignatureAlgorithm.EcdsaSha256);
        again.Should().Throw<IOException>();
        File.ReadAllBytes(path).Should().Equal(before);
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }

    [Fact]
    public async Task Of_twenty_that_make_the_same_key_at_once_one_wins_and_its_key_stands()
    {
        var path = _folder.File("release.pem");
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => TryCreate(path))));

        var winner = made.Should().ContainSingle(key => key != null).Which!;
        LocalKey.Load(path, SignatureAlgorithm.EcdsaSha256).PublicKey.Fingerprint.Should().Be(winner.Fingerprint);
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }

    [Fact]
    public void A_dangling_link_in_its_place_is_not_followed()
    {
        var path = _folder.File("release.pem");
        File.CreateSymbolicLink(path, _folder.File("elsewhere"));
        var create = () => LocalKeyFile.Create(path, SignatureAlgorithm.EcdsaSha256);
        create.Should().Throw<IOException>();
        File.Exists(_folder.File("elsewhere")).Should().BeFalse();
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2047)]
    [InlineData(8192)]
    public void Other_RSA_sizes_are_refused(int bits)
    {
        var create = () => LocalKeyFile.Create(_folder.File("release.pem"), SignatureAlgorithm.RsaPkcs1Sha256, bits);
        create.Should().Throw<ArgumentOutOfRangeException>();
        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    private static PublicKey? TryCreate(string path)
    {
        try
        {
            return LocalKeyFile.Create(path, SignatureAlgorithm.EcdsaSha256);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
