// @alicloud/pop-core: the oldest of them, with an implementation of signature V1 of its own. GET unless told otherwise.
import pop from '@alicloud/pop-core';

export async function ask({ endpoint, credentials, action, parameters }) {
  const client = new pop.RPCClient({ ...credentials, endpoint: endpoint.origin, apiVersion: '2016-01-20' });
  return client.request(action, parameters, {});
}
