// @ts-check
// Servers as the APIs of Consul and of Nomad know them. Both have the same for them, but for some words.
import { accessTo, ask } from "../ask.js";

/**
 * @typedef {object} Peer a server in the cluster's own list
 * @property {string} id in Raft
 * @property {string} name
 * @property {string} address
 * @property {boolean} isLeader
 * @property {boolean} hasVote
 * @property {boolean} isVoter whether it has a vote and is healthy
 * @property {boolean} isAlive whether the others hear it
 */

/** @typedef {{ name: string, address: string, status: "alive" | "failed" | "gone" }} Member a server that gossips, or did until lately */

/** @typedef {{ id: string, address: string, template: string | undefined }} Node what a node has said of its instance */

/** @typedef {{ Name: string, Addr: string, Status: number | string, Tags: Record<string, string> }} Listed as both list members */

/** @typedef {{ transfer: string, members: (answer: any) => Listed[], forceLeave: (name: string) => string }} Words */

/** @type {Record<string, Words>} */
const words = {
  Consul: {
    transfer: "/v1/operator/raft/transfer-leader",
    // Its clients gossip too.
    members: (answer) => answer.filter((/** @type {Listed} */ { Tags }) => Tags.role === "consul"),
    forceLeave: (name) => `/v1/agent/force-leave/${encodeURIComponent(name)}`,
  },
  Nomad: {
    transfer: "/v1/operator/raft/transfer-leadership",
    // Those of other regions are known too, and not to be touched.
    members: ({ Members, ServerRegion }) =>
      Members.filter((/** @type {Listed} */ { Tags }) => Tags.region === ServerRegion),
    forceLeave: (name) => `/v1/agent/force-leave?node=${encodeURIComponent(name)}`,
  },
};

/** Serf's states, by number in Consul and by name in Nomad. What leaves or has left is gone. @type {Record<string, Member["status"]>} */
const states = { 1: "alive", alive: "alive", 4: "failed", failed: "failed" };

const requestTimeoutMs = 5000;

/** The API of the servers of a product. */
export class Servers {
  /**
   * @param {"Consul" | "Nomad"} product
   * @param {string} url of its API
   */
  constructor(product, url) {
    this.product = product;
    this.url = url;
    this.words = /** @type {Words} */ (words[product]);
  }

  /** @returns {Promise<Peer[]>} */
  async peers() {
    // Autopilot answers 429 with the same body while a server is unhealthy.
    const health = await this.call("GET", "/v1/operator/autopilot/health", [200, 429]);
    /** @type {{ ID: string, Name: string, Address: string, SerfStatus: string, Leader: boolean, Voter: boolean, Healthy: boolean }[]} */
    const servers = health.Servers ?? [];
    return servers.map(({ ID, Name, Address, SerfStatus, Leader, Voter, Healthy }) => ({
      id: ID,
      name: Name,
      address: Address.replace(/:\d+$/, ""),
      isLeader: Leader,
      hasVote: Voter,
      isVoter: Voter && Healthy,
      isAlive: SerfStatus === "alive",
    }));
  }

  /** @returns {Promise<Member[]>} */
  async members() {
    const listed = this.words.members(await this.call("GET", "/v1/agent/members", [200]));
    return listed.map(({ Name, Addr, Status }) => ({ name: Name, address: Addr, status: states[Status] ?? "gone" }));
  }

  /**
   * The instances that are nodes, or were until lately. Of Consul.
   * @returns {Promise<Node[]>}
   */
  async nodes() {
    /** @type {{ Address: string, Meta: Record<string, string> | null }[]} */
    const nodes = await this.call("GET", "/v1/catalog/nodes", [200]);
    return nodes.map(({ Address, Meta }) => ({
      id: Meta?.instance_id ?? "",
      address: Address,
      template: Meta?.launch_template,
    }));
  }

  /**
   * Has another server lead.
   * @param {string} id of that one, in Raft
   */
  async transferLeadership(id) {
    await this.call("POST", `${this.words.transfer}?id=${encodeURIComponent(id)}`, [200]);
  }

  /**
   * Takes the vote of a server, which is about to end.
   * @param {string} id of it, in Raft
   */
  async removeVoter(id) {
    await this.call("DELETE", `/v1/operator/raft/peer?id=${encodeURIComponent(id)}`, [200]);
  }

  /**
   * Takes a server that has ended out of the members. (Not pruned: a new server that has got its address, and so its name, refutes that it
   * leaves, and is not to be forgotten either.)
   * @param {string} name
   */
  async forget(name) {
    await this.call("PUT", this.words.forceLeave(name), [200]);
  }

  /**
   * @param {"DELETE" | "GET" | "POST" | "PUT"} method
   * @param {string} path
   * @param {number[]} accept
   */
  async call(method, path, accept) {
    const { status, text } = await ask(this.url + path, { method, ...accessTo(this.product) }, requestTimeoutMs);
    if (!accept.includes(status)) throw new Error(`HTTP ${status} ${text.trim()}`);
    return text.trim() === "" ? undefined : JSON.parse(text);
  }
}
