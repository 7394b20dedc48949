// @alicloud/sts20150401: typed requests, signature V3; AssumeRoleWithOIDC goes unsigned.
import sts from '@alicloud/sts20150401';

const withSmallInitial = (name) => (/^[A-Z]{2}/.test(name) ? name : name[0].toLowerCase() + name.slice(1));

export async function ask({ endpoint, credentials, action, parameters }) {
  const client = new sts.default({
    ...credentials,
    endpoint: endpoint.host,
    protocol: endpoint.protocol.slice(0, -1),
  });
  const request = new sts[`${action}Request`](
    Object.fromEntries(Object.entries(parameters).map(([name, value]) => [withSmallInitial(name), value])));
  const answer = await client[withSmallInitial(action)](request);
  return answer.body.toMap();
}
