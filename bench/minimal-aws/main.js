// As ../../main.js.
require("@pulumi/pulumi");
require("tsx/cjs");
module.exports = require("./index.ts");
