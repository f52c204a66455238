// Prints ajv's verdicts: node verdicts.cjs FILE, where FILE has {documents: {set: [...]}, schemas: [[schema, set], ...]}.
const { readFileSync } = require("node:fs");
const Ajv = require("ajv/dist/2020");

const complain = (message) => {
  throw new Error(message);
};
const logger = { log: complain, warn: complain, error: complain };
// Strict, but that an overlay says neither "object" again nor what stands in the schema that it lies over.
const options = { strict: true, strictTypes: false, strictRequired: false, logger };
const { schemas, documents } = JSON.parse(readFileSync(process.argv[2], "utf-8"));
const verdicts = schemas.map(([schema, set]) => {
  const accepts = new Ajv(options).compile(schema);
  return documents[set].map((document) => accepts(document));
});
console.log(JSON.stringify(verdicts));
