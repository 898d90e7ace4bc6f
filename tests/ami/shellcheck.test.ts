import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../support/command";

const root = join(__dirname, "..", "..");
const scripts = ["ami/provision", "ami/files/etc/profile.d"].flatMap((directory) =>
  readdirSync(join(root, directory))
    .filter((name) => name.endsWith(".sh"))
    .map((name) => join(directory, name)),
);

describe("the image's shell scripts", () => {
  for (const script of scripts) {
    it(`${script} has nothing that shellcheck objects to`, async () => {
      await run("shellcheck", ["--external-sources", script], { cwd: root });
    });
  }
});
