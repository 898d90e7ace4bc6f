#!/usr/bin/env node
// Runs the commands of program.ts. The library that is JavaScript already comes before tsx, as in ../main.js.
require("commander");
require("tsx/cjs");
require("./program.ts")
  .run(process.argv)
  .then((code) => {
    process.exitCode = code;
  });
