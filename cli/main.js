#!/usr/bin/env node
// Runs the commands of program.ts: compiled in the npm package, and in the repository by tsx, before which comes the library that is
// JavaScript already, as in ../main.js.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

require("commander");
const isSource = existsSync(join(__dirname, "program.ts"));
if (isSource) require("tsx/cjs");
require(isSource ? "./program.ts" : "../dist/cli/program.js")
  .run(process.argv)
  .then((code) => {
    process.exitCode = code;
  });
