// Prints ajv's verdict on each of some documents: node verdicts.cjs SCHEMA DOCUMENTS, both JSON, the latter an array.
const { readFileSync } = require("node:fs");
const Ajv = require("ajv/dist/2020");

const [schema, documents] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, "utf-8")));
const complain = (message) => {
  throw new Error(message);
};
const logger = { log: complain, warn: complain, error: complain };
// Strict, but that an overlay says neither "object" again nor what stands in the schema that it lies over.
const accepts = new Ajv({ strict: true, strictTypes: false, strictRequired: false, logger }).compile(schema);
console.log(JSON.stringify(documents.map((document) => accepts(document))));
