// As ../../../main.js.
require("../../../load");
module.exports = require("./index.ts");
