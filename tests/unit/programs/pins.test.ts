import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { catalog, programNames } from "../../../programs/catalog";

describe("the pinned programs", () => {
  for (const name of programNames) {
    it(`${name} is built from a Go module that pins the same version as versions.json`, async () => {
      const goMod = await readFile(join(catalog[name].moduleDirectory, "go.mod"), "utf8");
      const tools = [...goMod.matchAll(/^tool (\S+)$/gm)].map((match) => match[1] ?? "");
      assert.equal(tools.length, 1);
      const required = [...goMod.matchAll(/^\s*(?:require )?(\S+) (v\S+)/gm)]
        .filter(([, module = ""]) => `${tools[0]}/`.startsWith(`${module}/`))
        .map(([, , version]) => version);
      assert.deepEqual(required, [`v${catalog[name].version}`]);
    });
  }
});
