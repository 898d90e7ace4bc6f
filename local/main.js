// Runs the commands of cli.ts. The libraries that are JavaScript already come before tsx, as in ../main.js.
require("commander");
require("yaml");
require("zod");
require("tsx/cjs");
require("./cli.ts");
