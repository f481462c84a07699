// Prints each fault that the validator of `@seriousme/openapi-schema-validator` finds: node validate.mjs NODE_MODULES DOCUMENT
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, document] = process.argv.slice(2);
const found = createRequire(`${modules}/`).resolve("@seriousme/openapi-schema-validator");
const { Validator } = await import(pathToFileURL(found));
const { valid, errors } = await new Validator().validate(document);
if (!valid) {
  for (const { instancePath, message } of [errors].flat()) console.log(`openapi-schema-validator: ${instancePath} ${message}`);
  process.exit(1);
}
