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
 * @property {string[]} zones that the group launches in
 * @property {boolean} maySpread whether one more may be launched for nothing but another zone
 */

/**
 * @typedef {{ kind: "done" }
 *   | { kind: "wait", servers: Server[], missing: number }
 *   | { kind: "grow", size: number, spreads: boolean }
 *   | { kind: "transfer", leader: Server }
 *   | { kind: "end", server: Server, shrink: boolean }} Step
 */

/**
 * One server more than wanted comes before an old one goes, so that as many may fail meanwhile as always. The leader goes last, once
 * another leads. Auto Scaling launches in any of the zones that have the fewest, so the last one that goes may leave its zone empty and another with
 * two: one more comes then, in the place of one of the two.
 * @param {Cluster} cluster
 * @returns {Step}
 */
export function nextStep({ wanted, desired, servers, zones, maySpread }) {
  const old = servers.filter(({ isOld }) => isOld);
  const missing = Math.max(0, desired - servers.length);
  const coming = servers.filter(({ isVoter }) => !isVoter);
  if (missing > 0 || coming.length > 0) return { kind: "wait", servers: coming, missing };
  if (servers.length <= wanted) {
    const spreads = old.length === 0;
    if (spreads && !(maySpread && isUneven(servers, zones))) return { kind: "done" };
    return { kind: "grow", size: wanted + 1, spreads };
  }

  const going = old.length > 0 ? old : servers;
  const followers = going.filter(({ isLeader }) => !isLeader);
  const [server] = fullestZoneFirst(followers, servers);
  const [leader] = going;
  if (!server) return leader ? { kind: "transfer", leader } : { kind: "done" };
  // Where others are to go, the next step asks for one more: Auto Scaling takes longer to find out that one is missing.
  return { kind: "end", server, shrink: desired > wanted };
}

/**
 * Whether a zone has two servers more than another.
 * @param {{ zone: string }[]} servers
 * @param {string[]} zones
 */
export function isUneven(servers, zones) {
  const counts = zones.map((zone) => servers.filter((each) => each.zone === zone).length);
  return Math.max(...counts) - Math.min(...counts) > 1;
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
