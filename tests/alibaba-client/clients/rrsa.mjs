// @alicloud/credentials as in a pod with RRSA: role, provider and token file come from the environment. What it gets signs a call of
// @alicloud/openapi-core. Both ask the same end point, which has to speak HTTPS.
import credentials from '@alicloud/credentials';
import { askWith } from './openapi.mjs';

export async function ask({ endpoint, action, parameters }) {
  const credential = new credentials.default(new credentials.Config({ type: 'oidc_role_arn', stsEndpoint: endpoint.host }));
  return askWith({ credential }, { endpoint, action, parameters });
}
