/**
 * Writes `schema.json`: what the installed @pulumi/aws says about the resources and functions of the stand-in. Run it
 * after an update of @pulumi/aws: `node --require tsx/cjs plugins/aws/generate.ts`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { functionTokens } from "./functions/tokens";
import { facts } from "./facts";
import { SdkTypes } from "./sdk-types";

export const SCHEMA_FILE = join(__dirname, "schema.json");

async function main(): Promise<void> {
  const schema = new SdkTypes().schema(Object.keys(facts), functionTokens);
  writeFileSync(SCHEMA_FILE, await format(JSON.stringify(schema), { parser: "json", printWidth: 120 }));
}

if (require.main === module) void main();
