import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/command";

const root = join(__dirname, "..", "..");
const scripts = readdirSync(join(root, "ami", "provision")).filter((name) => name.endsWith(".sh"));

describe("the provisioning scripts", () => {
  for (const script of scripts) {
    it(`${script} has nothing that shellcheck objects to`, async () => {
      await run("shellcheck", ["--external-sources", join("ami", "provision", script)], { cwd: root });
    });
  }
});
