// @alicloud/openapi-core: what the newer clients of all services are made of. Signature V3 in the headers, or V1 where it is told so.
import openapi from '@alicloud/openapi-core';

const { Config, Params, OpenApiRequest } = openapi.$OpenApiUtil;
const versions = { kms: '2016-01-20', cr: '2018-12-01', sas: '2018-12-03', sts: '2015-04-01' };

export async function askWith(sender, { endpoint, action, parameters }) {
  const [service, name] = action.split(':');
  const protocol = endpoint.protocol.slice(0, -1);
  const client = new openapi.default(new Config({ ...sender, endpoint: endpoint.host, protocol }));
  const params = new Params({
    action: name,
    version: versions[service],
    protocol,
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const answer = await client.callApi(params, new OpenApiRequest({ query: parameters }), {});
  return answer.body;
}

export const ask = (question) => askWith(question.credentials, question);
export const askWithV1 = (question) => askWith({ ...question.credentials, signatureAlgorithm: 'v2' }, question);
