// Generates the TypeScript client: node generate.mjs DOCUMENT FOLDER
import { createClient } from "@hey-api/openapi-ts";

const [input, path] = process.argv.slice(2);
await createClient({
  input,
  output: { path, module: { extension: ".ts" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
  logs: { file: false },
});
