// Runs the commands of cli.ts. The libraries that are JavaScript already come before tsx, as in ../main.js.
// Pulumi's SDK too: the checks of a configuration are those of the components, which load it.
require("@pulumi/pulumi");
require("commander");
require("yaml");
require("zod");
require("tsx/cjs");
require("./cli.ts");
