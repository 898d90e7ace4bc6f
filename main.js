// What Pulumi runs: the program, index.ts.
require("./load");
module.exports = require("./index.ts");
