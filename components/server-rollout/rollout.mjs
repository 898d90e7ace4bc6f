// @ts-check
// The program that replaces servers one at a time. Plain JavaScript, so that it runs wherever the package is installed, without a
// build or a loader.
import { setTimeout as delay } from "node:timers/promises";
import { address, message } from "../ready-gate/gate.mjs";
import { ServerGroup } from "./auto-scaling.mjs";
import { isUneven, nextStep } from "./plan.mjs";
import { Servers } from "./raft.mjs";

/**
 * @import { Server } from "./plan.mjs"
 * @import { Member, Node, Peer } from "./raft.mjs"
 */

/**
 * What is to be so: `template` is the tag `cos-template` of servers that are as their group says.
 * @typedef {{ product: "Consul" | "Nomad", group: string, servers: number, template: string, timeoutSeconds: number }} Wanted
 */

/**
 * The group of the servers' instances.
 * @typedef {Pick<ServerGroup, "look" | "resize" | "end">} Group
 */

/** For how long a cluster may be without a leader, or a server out of order, before it is found to be ill, in seconds. */
const patienceSeconds = 30;

/** The cluster is not as it would have to be, or does not get there. */
export class Stopped extends Error {}

/** Replaces what servers of a cluster are old, and takes out those that are too many. Goes on from whatever it finds. */
export class Rollout {
  /**
   * @param {Wanted} wanted
   * @param {Group} group
   * @param {Pick<Servers, "peers" | "members" | "transferLeadership" | "removeVoter" | "forget">} cluster
   * @param {() => Promise<Node[]>} nodes of Consul
   * @param {(text: string) => void} say
   * @param {{ pollMs?: number, patienceSeconds?: number }} [options]
   */
  constructor(wanted, group, cluster, nodes, say, options = {}) {
    this.wanted = wanted;
    this.group = group;
    this.cluster = cluster;
    this.nodes = nodes;
    this.say = say;
    this.pollMs = options.pollMs ?? 500;
    this.patienceMs = (options.patienceSeconds ?? patienceSeconds) * 1000;
    /** Instances that have been seen to have a vote: they are not coming any more. @type {Set<string>} */
    this.settled = new Set();
    /** Those that have been ended, and may be listed still. @type {Peer[]} */
    this.leaving = [];
    /** How many have been launched for another zone alone: not for ever, where there is no capacity in it. */
    this.spread = 0;
    this.said = "";
  }

  /**
   * @returns {Promise<number>} how many servers it has ended
   * @throws Stopped with what is wrong and how to go on
   */
  async run() {
    let ended = 0;
    let since = Date.now();
    for (;;) {
      const { desired, zones, servers, peers, members } = await this.look();
      await this.forget(members, servers);
      for (const { id, isVoter } of servers) if (isVoter) this.settled.add(id);
      const maySpread = this.spread < this.wanted.servers;
      const step = nextStep({ wanted: this.wanted.servers, desired, servers, zones, maySpread });
      if (step.kind === "done") {
        if (isUneven(servers, zones))
          this.tell("its zones have uneven numbers of servers: Auto Scaling launches none in some of them");
        await this.listNone();
        return ended;
      }
      if (step.kind === "wait") {
        this.checkWait(step, since);
        this.tell(`waiting for ${waitedFor(step)}`);
        await delay(this.pollMs);
        continue;
      }
      if (step.kind === "grow") {
        this.spread += step.spreads ? 1 : 0;
        const why = step.spreads ? ", for its zones have uneven numbers" : "";
        this.tell(`launching one more server beside the ${servers.length}${why}`);
        await this.patiently("grow", () => this.group.resize(step.size));
      } else if (step.kind === "transfer") {
        await this.handOver(step.leader, servers, peers);
      } else {
        this.tell(`ending ${shown(step.server)}`);
        await this.end(step.server, step.shrink, peers);
        ended += 1;
      }
      since = Date.now();
    }
  }

  /** What there is, once group, cluster and catalog have all answered; a moment without a leader is waited out. */
  async look() {
    return this.patiently("answer", async () => {
      const [{ desired, zones, instances }, peers, members, nodes] = await Promise.all([
        this.group.look(),
        this.cluster.peers(),
        this.cluster.members(),
        this.nodes(),
      ]);
      if (!peers.some(({ isLeader }) => isLeader)) throw new Error("it has no leader");
      return {
        desired,
        zones,
        peers,
        members,
        servers: instances.map((instance) => this.serverOf(instance, peers, nodes)),
      };
    });
  }

  /**
   * @param {{ id: string, zone: string }} instance
   * @param {Peer[]} peers
   * @param {Node[]} nodes
   * @returns {Server}
   */
  serverOf({ id, zone }, peers, nodes) {
    const node = nodes.find((each) => each.id === id);
    const peer = node && peers.find(({ address, isAlive }) => isAlive && address === node.address);
    return {
      ...{ id, zone },
      ...(node && { address: node.address }),
      // What the cluster does not know has just been launched.
      isOld: node !== undefined && node.template !== this.wanted.template,
      isLeader: peer?.isLeader ?? false,
      isVoter: peer?.isVoter ?? false,
    };
  }

  /**
   * New servers may take their time; those that were there may be away for a moment.
   * @param {{ servers: Server[], missing: number }} step
   * @param {number} since
   */
  checkWait({ servers, missing }, since) {
    const { product, timeoutSeconds, group } = this.wanted;
    const waited = Date.now() - since;
    const ill = servers.filter(({ id, isOld }) => isOld || this.settled.has(id));
    if (ill.length > 0 && waited > this.patienceMs) {
      throw new Stopped(
        `${product} is not healthy: ${ill.map(shown).join(", ")} ${ill.length === 1 ? "is" : "are"} no healthy voter. ` +
          "Nothing more is replaced until all are: see `npx pulumi-cos doctor`, then `pulumi up` goes on.",
      );
    }
    if (waited > timeoutSeconds * 1000) {
      const which = servers.length > 0 ? servers.map(shown).join(", ") : `${missing} of the group ${group}`;
      throw new Stopped(
        `the new server of ${product}, ${which}, is no voter after ${timeoutSeconds} s. All others are as they were. ` +
          `Why: aws ec2 get-console-output --latest --output text --instance-id ${servers[0]?.id ?? "ID"}, and ` +
          `aws autoscaling describe-scaling-activities --max-items 5 --auto-scaling-group-name ${group}. ` +
          "Correct it, or go back to the configuration before, and `pulumi up` goes on.",
      );
    }
  }

  /**
   * Ends a server, and waits until it has no vote any more.
   * @param {Server} server
   * @param {boolean} shrink
   * @param {Peer[]} peers
   */
  async end(server, shrink, peers) {
    const peer = peers.find(({ address }) => address === server.address);
    await this.group.end(server.id, shrink);
    this.settled.delete(server.id);
    if (!peer) return;
    this.leaving.push(peer);
    // At once: until the others find out that it is gone, another failure would leave too few of those that vote.
    await this.until(`${shown(server)} has no vote any more`, async () => {
      // Refused where somebody else was faster.
      await this.cluster.removeVoter(peer.id).catch(() => undefined);
      return (await this.cluster.peers()).every(({ id, hasVote }) => id !== peer.id || !hasVote);
    });
  }

  /** Waits until the cluster lists no server any more that has ended, which takes the others longer to find out than to go on. */
  async listNone() {
    for (const { id, name } of this.leaving.splice(0)) {
      await this.until(`${name} is out of the cluster`, async () => {
        const [peers, members] = await Promise.all([this.cluster.peers(), this.cluster.members()]);
        // A new server that has got its address has its name.
        if (peers.some((now) => now.isAlive && now.name === name && now.id !== id)) return true;
        const member = members.find((each) => each.name === name);
        if (member?.status === "failed") await this.cluster.forget(name);
        return (member?.status ?? "gone") === "gone" && peers.every((now) => now.id !== id);
      });
    }
  }

  /**
   * Takes servers out of the cluster whose instances have ended. Autopilot does so too, but not below its least quorum.
   * @param {Member[]} members
   * @param {Server[]} servers
   */
  async forget(members, servers) {
    const ended = members.filter(
      ({ status, address }) => status === "failed" && !servers.some((each) => each.address === address),
    );
    for (const { name } of ended) await this.patiently("forget a server", () => this.cluster.forget(name));
  }

  /**
   * Has another server lead, one that stays.
   * @param {Server} leader
   * @param {Server[]} servers
   * @param {Peer[]} peers
   */
  async handOver(leader, servers, peers) {
    const staying = servers.filter(({ isOld, id }) => !isOld && id !== leader.id);
    const next = peers.find(({ isVoter, address }) => isVoter && staying.some((each) => each.address === address));
    if (!next)
      throw new Stopped(`${this.wanted.product} has no server that could lead in the place of ${shown(leader)}`);
    this.tell(`${shown(leader)} leads, and is to go: ${next.name} takes over`);
    await this.patiently("change its leader", () => this.cluster.transferLeadership(next.id));
    await this.until("another server leads", async () => {
      const now = (await this.cluster.peers()).find(({ isLeader }) => isLeader);
      return now !== undefined && now.address !== leader.address;
    });
  }

  /**
   * Waits until something is so. What does not answer meanwhile is asked again.
   * @param {string} what
   * @param {() => Promise<boolean>} isSo
   */
  async until(what, isSo) {
    const { product, timeoutSeconds } = this.wanted;
    const deadline = Date.now() + timeoutSeconds * 1000;
    let last = "";
    while (Date.now() < deadline) {
      try {
        if (await isSo()) return;
        last = "";
      } catch (error) {
        last = `: ${message(error)}`;
      }
      await delay(this.pollMs);
    }
    throw new Stopped(
      `${product}: it is not so after ${timeoutSeconds} s that ${what}${last}. See \`npx pulumi-cos doctor\`; then \`pulumi up\` goes on.`,
    );
  }

  /**
   * @template T
   * @param {string} what
   * @param {() => Promise<T>} act
   * @returns {Promise<T>}
   */
  async patiently(what, act) {
    const deadline = Date.now() + this.patienceMs;
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (Date.now() > deadline) {
          throw new Stopped(
            `${this.wanted.product} or its group does not ${what}: ${message(error)}. Nothing more is replaced; ` +
              "see `npx pulumi-cos doctor`, then `pulumi up` goes on.",
          );
        }
        await delay(this.pollMs);
      }
    }
  }

  /** @param {string} text */
  tell(text) {
    if (text !== this.said) this.say(text);
    this.said = text;
  }
}

/** @param {Server} server */
const shown = ({ id, address }) => (address === undefined ? id : `${id} (${address})`);

/** @param {{ servers: Server[], missing: number }} step */
function waitedFor({ servers, missing }) {
  const some = servers.map(shown);
  if (missing > 0) some.push(missing === 1 ? "an instance to launch" : `${missing} instances to launch`);
  return some.join(", ");
}

/** Does what `COS_ROLLOUT` says, with the addresses and the AWS region in the environment. */
export async function main() {
  try {
    const consulAddress = address("CONSUL_HTTP_ADDR");
    /** @type {Wanted} */
    const wanted = JSON.parse(process.env.COS_ROLLOUT ?? "");
    const consul = new Servers("Consul", consulAddress);
    const cluster = wanted.product === "Consul" ? consul : new Servers("Nomad", address("NOMAD_ADDR"));
    const say = (/** @type {string} */ text) => console.error(`${wanted.product}: ${text}`);
    const rollout = new Rollout(wanted, new ServerGroup(wanted.group), cluster, () => consul.nodes(), say);
    const ended = await rollout.run();
    if (ended > 0)
      console.log(`${wanted.product}: ${ended} servers ended, ${wanted.servers} there, all healthy voters`);
  } catch (error) {
    console.error(message(error));
    process.exitCode = 1;
  }
}
