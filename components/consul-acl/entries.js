// @ts-check
// What policies and tokens are called and look like in Consul, so that whoever makes them first and whoever looks after them later mean the same. Plain JavaScript,
// CommonJS, which both kinds of modules can load.
const { createHash } = require("node:crypto");

/** The token of whoever has none. */
const anonymous = "00000000-0000-0000-0000-000000000002";

/**
 * With what the descriptions of a cluster's entries begin.
 * @param {string} cluster
 */
const markOf = (cluster) => `pulumi-cos ${cluster}: `;

/** @param {readonly string[]} names */
const named = (names) => names.map((Name) => ({ Name }));

/**
 * @param {string} cluster
 * @param {string} name
 * @param {{ description: string, rules: string }} policy
 */
const policyEntry = (cluster, name, { description, rules }) => ({
  Name: name,
  Description: markOf(cluster) + description,
  Rules: rules,
});

/**
 * @param {string} cluster
 * @param {string} name
 * @param {string} secret
 * @param {readonly string[]} policies names of them
 */
const tokenEntry = (cluster, name, secret, policies) => ({
  AccessorID: accessorOf(secret),
  SecretID: secret,
  Description: markOf(cluster) + name,
  Policies: named(policies),
});

/**
 * What whoever has no token may do.
 * @param {readonly string[]} policies names of them
 */
const anonymousEntry = (policies) => ({ AccessorID: anonymous, Policies: named(policies) });

/**
 * The public half of a token, which belongs to its secret and does not tell it: by it the token is found again.
 * @param {string} secret
 */
function accessorOf(secret) {
  const hex = createHash("sha256").update(`accessor of ${secret}`).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

module.exports = { accessorOf, anonymous, anonymousEntry, markOf, policyEntry, tokenEntry };
