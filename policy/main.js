// What Pulumi runs: the policy pack, compiled in the npm package, and in the repository by tsx, as in ../load.js.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "index.ts"))) {
  require("@pulumi/policy");
  require("../load");
  require("./index.ts");
} else {
  require("../dist/policy/index.js");
}
