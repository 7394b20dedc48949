// Holds messages against their JSON Schemas (draft 2020-12).
//   node validate.mjs SCHEMA_FOLDER < lines of {"schema": "attestation-created", "body": {…}}
// Prints what is wrong, a line each, and ends with 1 where anything was.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const folder = process.argv[2];
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats(ajv);
const schemas = new Map();
let wrong = 0;
let seen = 0;

function schemaOf(name) {
  if (!schemas.has(name)) schemas.set(name, ajv.compile(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))));
  return schemas.get(name);
}

for (const line of readFileSync(0, 'utf8').split('\n').filter((text) => text.length > 0)) {
  const { schema, body } = JSON.parse(line);
  const validate = schemaOf(schema);
  seen += 1;
  if (!validate(body)) {
    wrong += 1;
    console.log(`${schema}: ${ajv.errorsText(validate.errors)}: ${JSON.stringify(body)}`);
  }
}

console.log(`${seen} messages, ${wrong} wrong`);
process.exit(wrong === 0 && seen > 0 ? 0 : 1);
