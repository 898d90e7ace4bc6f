// @ts-check
// What comes next in the replacement of a cluster's servers: a decision by what is there, and nothing else.

/**
 * A server's instance, as its group and the cluster know it.
 * @typedef {object} Server
 * @property {string} id of the instance
 * @property {string} zone
 * @property {string} [address] unknown to the cluster yet without it
 * @property {boolean} isOld whether it started from another launch template than its group's
 * @property {boolean} isLeader
 * @property {boolean} isVoter whether it has a vote and is healthy
 */

/**
 * What there is.
 * @typedef {object} Cluster
 * @property {number} wanted number of servers
 * @property {number} desired number of instances that the group shall have
 * @property {Server[]} servers
 */

/**
 * @typedef {{ kind: "done" }
 *   | { kind: "wait", servers: Server[], missing: number }
 *   | { kind: "grow", size: number }
 *   | { kind: "transfer", leader: Server }
 *   | { kind: "end", server: Server, shrink: boolean }} Step
 */

/**
 * One server more than wanted comes before an old one goes, so that as many may fail meanwhile as always. The leader goes last, once
 * another leads.
 * @param {Cluster} cluster
 * @returns {Step}
 */
export function nextStep({ wanted, desired, servers }) {
  const old = servers.filter(({ isOld }) => isOld);
  const missing = Math.max(0, desired - servers.length);
  const coming = servers.filter(({ isVoter }) => !isVoter);
  if (missing > 0 || coming.length > 0) return { kind: "wait", servers: coming, missing };
  if (old.length > 0 && servers.length <= wanted) return { kind: "grow", size: wanted + 1 };
  if (servers.length <= wanted) return { kind: "done" };

  const going = old.length > 0 ? old : servers;
  const followers = going.filter(({ isLeader }) => !isLeader);
  const [server] = fullestZoneFirst(followers, servers);
  const [leader] = going;
  if (!server) return leader ? { kind: "transfer", leader } : { kind: "done" };
  // While others are to go, their successors come one after the other, each in the place of the one before.
  const after = old.length > 1 ? wanted + 1 : wanted;
  return { kind: "end", server, shrink: desired > after };
}

/**
 * Auto Scaling launches in the zones with the fewest.
 * @param {Server[]} some
 * @param {Server[]} all
 */
function fullestZoneFirst(some, all) {
  /** @param {Server} server */
  const neighbours = ({ zone }) => all.filter((other) => other.zone === zone).length;
  return some.toSorted((one, other) => neighbours(other) - neighbours(one) || (one.id < other.id ? -1 : 1));
}
