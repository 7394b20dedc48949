// Asks Alibaba Cloud, or what pretends to be it, with an official client and prints what came back as one line of JSON.
//   node ask.mjs CLIENT ENDPOINT ACTION PARAMETERS
//   CLIENT: kms, pop or sts; openapi, openapi-v1 or rrsa with ACTION as service:Action; PARAMETERS: JSON.
// The access key comes from ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN; for rrsa it is had with
// ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE.
// Prints {"answer": …}, or {"error": {"code", "message"}} where the client threw; ends with 0 in both cases.
import * as kms from './clients/kms.mjs';
import * as openapi from './clients/openapi.mjs';
import * as pop from './clients/pop.mjs';
import * as rrsa from './clients/rrsa.mjs';
import * as sts from './clients/sts.mjs';

const clients = { kms: kms.ask, openapi: openapi.ask, 'openapi-v1': openapi.askWithV1, pop: pop.ask, rrsa: rrsa.ask, sts: sts.ask };

const [client, endpoint, action, parameters] = process.argv.slice(2);
const { ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET, ALIBABA_CLOUD_SECURITY_TOKEN } = process.env;

const question = {
  endpoint: new URL(endpoint),
  credentials: {
    accessKeyId: ALIBABA_CLOUD_ACCESS_KEY_ID,
    accessKeySecret: ALIBABA_CLOUD_ACCESS_KEY_SECRET,
    securityToken: ALIBABA_CLOUD_SECURITY_TOKEN,
  },
  action,
  parameters: JSON.parse(parameters),
};

try {
  console.log(JSON.stringify({ answer: await clients[client](question) }));
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.data?.Code ?? error.code ?? error.name, message: error.message } }));
}
