import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(__dirname, "..", "..");

/**
 * Compares a value with a committed file, JSON, under tests/golden. With `UPDATE_GOLDEN=1` in the environment
 * (`npm run golden`) the file is written instead, formatted as the rest of the repository is.
 */
export async function matchesGolden(value: object, ...path: [string, ...string[]]): Promise<void> {
  const file = join(root, "tests", "golden", ...path);
  // As JSON has it: without what is undefined.
  const text = JSON.stringify(value);
  if (process.env.UPDATE_GOLDEN === "1") {
    const { format, resolveConfig } = await import("prettier");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      await format(JSON.stringify(value, undefined, 2), { ...(await resolveConfig(file)), parser: "json" }),
    );
    return;
  }
  const name = relative(root, file);
  assert.ok(existsSync(file), `${name} is not there: \`npm run golden\` writes it`);
  assert.deepEqual(
    JSON.parse(text),
    JSON.parse(readFileSync(file, "utf8")),
    `not as in ${name}; where that is meant, \`npm run golden\` renews it`,
  );
}
