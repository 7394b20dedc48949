// @alicloud/openapi-core: what the newer clients of all services are made of. Signature V3 in the headers, or V1 where it is told so.
import openapi from '@alicloud/openapi-core';

const versions = { kms: '2016-01-20', cr: '2018-12-01', sas: '2018-12-03', sts: '2015-04-01' };

const asker = (signatureAlgorithm) => async ({ endpoint, credentials, action, parameters }) => {
  const [service, name] = action.split(':');
  const client = new openapi.default(new openapi.$OpenApiUtil.Config({
    ...credentials,
    endpoint: endpoint.host,
    protocol: endpoint.protocol.slice(0, -1),
    signatureAlgorithm,
  }));
  const params = new openapi.$OpenApiUtil.Params({
    action: name,
    version: versions[service],
    protocol: endpoint.protocol.slice(0, -1),
    pathname: '/',
    method: 'POST',
    authType: 'AK',
    style: 'RPC',
    reqBodyType: 'formData',
    bodyType: 'json',
  });
  const answer = await client.callApi(params, new openapi.$OpenApiUtil.OpenApiRequest({ query: parameters }), {});
  return answer.body;
};

export const ask = asker(undefined);
export const askWithV1 = asker('v2');
