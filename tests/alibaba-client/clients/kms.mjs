// @alicloud/kms20160120: typed requests, signature V1 (HMAC-SHA1 in the query).
import kms from '@alicloud/kms20160120';

const requests = {
  AsymmetricSign: kms.AsymmetricSignRequest,
  AsymmetricVerify: kms.AsymmetricVerifyRequest,
  GetPublicKey: kms.GetPublicKeyRequest,
  DescribeKey: kms.DescribeKeyRequest,
  ListKeyVersions: kms.ListKeyVersionsRequest,
};

const withSmallInitial = (name) => name[0].toLowerCase() + name.slice(1);

const withSmallInitials = (parameters) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [withSmallInitial(name), value]));

export async function ask({ endpoint, credentials, action, parameters }) {
  const client = new kms.default({
    ...credentials,
    endpoint: endpoint.host,
    protocol: endpoint.protocol.slice(0, -1),
    regionId: 'cn-hongkong',
  });
  const answer = await client[withSmallInitial(action)](new requests[action](withSmallInitials(parameters)));
  return answer.toMap();
}
