// Reads attestations from the bus and verifies each with Node's own crypto library and a public key it had before.
//   AMQP_URL=amqp://… PUBLIC_KEY_FILE=release.pem COUNT=1 node verify-attestation.mjs
// Prints `ready` once it listens, then a JSON line for each message. Ends after COUNT messages; 1 where one was not as it should be.
import { constants, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import amqp from 'amqplib';

const exchange = 'kritis.attestation-created';
const key = createPublicKey(readFileSync(process.env.PUBLIC_KEY_FILE, 'utf8'));
let left = Number(process.env.COUNT ?? 1);
let failures = 0;

const options = {
  RSA_PKCS1_SHA_256: { key, padding: constants.RSA_PKCS1_PADDING },
  RSA_PSS_SHA_256: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  ECDSA_SHA_256: { key, dsaEncoding: 'der' },
};

function check(message) {
  const { headers, contentType } = message.properties;
  const body = JSON.parse(message.content.toString('utf8'));
  const payload = Buffer.from(body.payload, 'base64');
  const signature = Buffer.from(body.signature, 'base64');
  const signed = JSON.parse(payload.toString('utf8'));
  const named = `${signed.critical.identity['docker-reference']}@${signed.critical.image['docker-manifest-digest']}`;
  const problems = [];
  if (contentType !== 'application/json') problems.push(`content type ${contentType}`);
  if (headers.cloudEvents_specversion !== '1.0') problems.push('no CloudEvents 1.0 header');
  if (headers.cloudEvents_type !== exchange) problems.push(`type ${headers.cloudEvents_type}`);
  const eventId = body.tagClaim ? `${body.id}/${body.tag}` : body.id;
  if (headers.cloudEvents_id !== eventId) problems.push(`id ${headers.cloudEvents_id}`);
  if (headers.cloudEvents_subject !== body.image) problems.push(`subject ${headers.cloudEvents_subject}`);
  if (Number.isNaN(Date.parse(headers.cloudEvents_time))) problems.push(`time ${headers.cloudEvents_time}`);
  if (!headers.cloudEvents_source?.startsWith('/kritis/')) problems.push(`source ${headers.cloudEvents_source}`);
  if (named !== body.image) problems.push(`the payload names ${named}`);
  if (signed.critical.type !== 'cosign container image signature') problems.push(`the payload is a ${signed.critical.type}`);
  if (!verify('sha256', payload, options[body.algorithm], signature)) problems.push('the signature is not valid');
  return { image: body.image, witness: body.witness, verified: problems.length === 0, problems };
}

const connection = await amqp.connect(process.env.AMQP_URL);
const channel = await connection.createChannel();
const { queue } = await channel.assertQueue('', { exclusive: true });
await channel.bindQueue(queue, exchange, '');
await channel.consume(queue, async (message) => {
  const result = check(message);
  failures += result.verified ? 0 : 1;
  console.log(JSON.stringify(result));
  if (--left === 0) {
    await connection.close();
    process.exit(failures === 0 ? 0 : 1);
  }
}, { noAck: true });
console.log('ready');
