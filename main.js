// What Pulumi runs: loads the program, index.ts. tsx compiles it without checking types, which `npm run lint` does once
// instead of every `pulumi` run. It looks at every module that is loaded after it, which costs as much time as loading
// Pulumi's SDK itself; so the SDK, which is JavaScript already, comes first.
require("@pulumi/pulumi");
require("tsx/cjs");
module.exports = require("./index.ts");
