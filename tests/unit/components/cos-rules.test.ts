import assert from "node:assert/strict";
import fc from "fast-check";
import type { CosArgs } from "../../../components";
import { Resources } from "../../support/cos-arguments";
import { randomCos } from "../../support/random-cos";
import { entry, type NodeKind, nodeKinds, type SecurityRule, SecurityRules } from "../../support/security-rules";
import { runCos } from "../../support/stack-program";

/** A `Cos` that was made of some arguments. */
interface Made {
  args: CosArgs;
  resources: Resources;
  rules: SecurityRules;
  nodes: NodeKind[];
}

const group = (name: string) => `cos-${name}-security-group-id`;
const consulServers = group("consul");
const nomadServers = group("nomad-server");
const peerPorts = [
  [consulServers, "tcp", 8300],
  [consulServers, "tcp", 8302],
  [consulServers, "udp", 8302],
  [nomadServers, "tcp", 4647],
  [nomadServers, "tcp", 4648],
  [nomadServers, "udp", 4648],
] as const;

/** Pairs of nodes, also of one kind, with a text that tells which they are. */
const pairs = ({ nodes }: Made) =>
  nodes.flatMap((from) => nodes.map((to) => ({ from, to, which: `${from.name} to ${to.name}` })));
const isClient = ({ role }: NodeKind) => role === "client";
const poolOf = ({ args }: Made, { pool }: NodeKind) => args.nomad?.pools?.find(({ name }) => name === pool);
const poolsOfIngresses = ({ args }: Made) => new Set((args.ingresses ?? []).flatMap(({ pools }) => pools));

const text = (rule: SecurityRule) => JSON.stringify(rule);

/** What must hold of every one, whatever its arguments. */
const claims: Record<string, (made: Made) => void> = {
  "no resource has the name of another of its type"({ resources }) {
    assert.equal(new Set(resources.shape).size, resources.shape.length);
  },

  "no rule is there twice: EC2 refuses it"({ rules }) {
    assert.equal(new Set(rules.all.map(text)).size, rules.all.length);
  },

  "a connection between groups has both its sides"({ rules }) {
    const known = new Set(rules.all.map(text));
    for (const rule of rules.all.filter(({ ofGroup }) => ofGroup)) {
      const direction = rule.direction === "ingress" ? "egress" : "ingress";
      const other = { ...rule, direction, group: rule.peer, peer: rule.group } as const;
      assert.ok(known.has(text(other)), `only one side: ${text(rule)}`);
    }
  },

  "a group has no more rules than EC2 allows: 60 in, 60 out"({ rules }) {
    const counts = new Map<string, number>();
    for (const { direction, group: of } of rules.all) {
      counts.set(`${of} ${direction}`, (counts.get(`${of} ${direction}`) ?? 0) + 1);
    }
    for (const [of, count] of counts) assert.ok(count <= 60, `${of}: ${count}`);
  },

  "a node is in at most 5 groups, each once, and in those of its pool that were asked for"(made) {
    for (const node of made.nodes) {
      const { name, groups } = node;
      assert.ok(groups.length <= 5, `${name}: ${groups.join()}`);
      assert.equal(new Set(groups).size, groups.length, name);
      const asked = poolOf(made, node)?.securityGroupIds ?? [];
      for (const id of asked) assert.ok(groups.includes(id as string), `${name} is not in ${id as string}`);
    }
  },

  "there are nodes of both servers and of every pool"({ args, nodes }) {
    const of = (role: string) => nodes.filter((node) => node.role === role);
    assert.equal(of("consul-server").length, 1);
    assert.equal(of("nomad-server").length, 1);
    const pools = of("client").map(({ pool }) => pool);
    assert.deepEqual(pools.sort(), args.nomad?.pools?.map(({ name }) => name).sort());
  },

  "every agent reaches every other for gossip, and the servers' RPC"(made) {
    const { rules } = made;
    for (const { from, to, which } of pairs(made)) {
      const reaches = (protocol: string, port: number) => rules.reaches(from.groups, to.groups, protocol, port);
      assert.ok(reaches("tcp", 8301) && reaches("udp", 8301), which);
      assert.equal(reaches("tcp", 8300), to.role === "consul-server", which);
      assert.equal(reaches("tcp", 4647), to.role === "nomad-server" && from.role !== "consul-server", which);
      assert.equal(reaches("tcp", 4648), to.role === "nomad-server" && from.role === "nomad-server", which);
    }
  },

  "the API of Nomad's agents is for the servers' keys, for migration among clients, and for pools that read metrics"(
    made,
  ) {
    for (const { from, to, which } of pairs(made)) {
      const keys = from.role === "consul-server" && to.role === "nomad-server";
      const metrics = poolOf(made, from)?.metrics === true && to.role !== "consul-server";
      const may = keys || metrics || (isClient(from) && isClient(to));
      assert.equal(made.rules.reaches(from.groups, to.groups, "tcp", 4646), may, which);
      for (const port of [8500, 8501]) {
        assert.equal(made.rules.reaches(from.groups, to.groups, "tcp", port), false, which);
      }
    }
  },

  "nodes whose pool runs fabio reach the services of all clients, and others where both pools allow it"(made) {
    const fabio = poolsOfIngresses(made);
    const open = (node: NodeKind) => poolOf(made, node)?.serviceToService ?? true;
    for (const { from, to, which } of pairs(made)) {
      const may = isClient(from) && isClient(to) && (fabio.has(from.pool ?? "") || (open(from) && open(to)));
      assert.equal(made.rules.reaches(from.groups, to.groups, "tcp", 20000, 32000), may, which);
      assert.equal(made.rules.reaches(from.groups, to.groups, "tcp", 20000), may, which);
    }
  },

  "load balancers reach what is behind them and nothing else"(made) {
    const { args, nodes, rules } = made;
    const reach = (from: string, port: number) =>
      nodes.filter(({ groups }) => rules.reaches([from], groups, "tcp", port)).map(({ pool, role }) => pool ?? role);
    for (const { name, pools } of args.ingresses ?? []) {
      for (const port of [9999, 9997]) assert.deepEqual(reach(group(name), port).sort(), [...pools].sort(), name);
      for (const port of [9998, 8500, 8501, 4646, 20000]) assert.deepEqual(reach(group(name), port), [], name);
    }
    for (const ways of ["api", ...(args.uiAccess ? ["ui"] : [])]) {
      assert.deepEqual(reach(group(ways), consulApi(args)), ["consul-server"]);
      assert.deepEqual(reach(group(ways), consulApi(args) === 8500 ? 8501 : 8500), []);
      assert.deepEqual(reach(group(ways), 4646), ["nomad-server"]);
      assert.deepEqual(reach(group(ways), 9999), []);
    }
    const shown = args.uiAccess ? (args.uiAccess.fabioPools ?? [...poolsOfIngresses(made)]) : [];
    assert.deepEqual(reach(group("ui"), 9998).sort(), [...shown].sort());
  },

  "the bastion reaches all nodes by SSH, and nothing else does"(made) {
    for (const { name, groups } of made.nodes) {
      assert.equal(made.rules.reaches([group("bastion")], groups, "tcp", 22), made.args.bastion !== undefined, name);
    }
    for (const { from, to, which } of pairs(made)) {
      assert.equal(made.rules.reaches(from.groups, to.groups, "tcp", 22), false, which);
    }
  },

  "clients reach the file system and all nodes the endpoints, where there are any"({ args, nodes, rules }) {
    const endpoints = (args.network?.interfaceEndpoints ?? []).length > 0;
    for (const node of nodes) {
      const { name, groups } = node;
      const mounts = isClient(node) && args.fileSystem !== undefined;
      assert.equal(rules.reaches(groups, ["cos-file-system-efs-id"], "tcp", 2049), mounts, name);
      assert.equal(rules.reaches(groups, ["cos-network-endpoints-id"], "tcp", 443), endpoints, name);
    }
  },

  "from addresses, only load balancers and the bastion are reached, on the ports and from where it is said"(made) {
    const { args, rules } = made;
    const vpc = "10.128.0.0/16";
    const entries = (of: string, cidrs: readonly string[], ports: number[]) =>
      cidrs.flatMap((cidr) => ports.map((port) => entry(group(of), cidr, "tcp", port)));
    const { apiAccess, uiAccess, bastion, ingresses = [] } = args;
    const fabio = (uiAccess?.fabioPools ?? [...poolsOfIngresses(made)]).length > 0;
    const expected = [
      ...entries("api", apiAccess.allowedCidrs, [consulApi(args), 4646]),
      ...entries("ui", uiAccess?.allowedCidrs ?? [], [consulApi(args), 4646, ...(fabio ? [9998] : [])]),
      ...entries("bastion", bastion?.allowedCidrs ?? [], [22]),
      ...ingresses.flatMap(({ name, allowedCidrs, scheme, protocol }) => {
        const cidrs = allowedCidrs ?? (scheme === "internal" ? [vpc] : ["0.0.0.0/0"]);
        return entries(name, cidrs, protocol === "http" ? [80] : [80, 443]);
      }),
      ...(args.network?.interfaceEndpoints ? [entry("cos-network-endpoints-id", vpc, "tcp", 443)] : []),
      // Servers of other regions have no group here.
      ...(args.nomad?.peerCidrs ?? []).flatMap((cidr) =>
        peerPorts.map(([of, protocol, port]) => entry(of, cidr, protocol, port)),
      ),
    ];
    assert.deepEqual(rules.entries, expected.sort());
  },
};

/** The port of Consul's API. */
function consulApi({ security }: CosArgs): number {
  return security?.tls === false ? 8500 : 8501;
}

describe("the rules of any Cos", () => {
  it("let connect what must, and nothing else", async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(randomCos, async (args) => {
        const resources = Resources.of((await runCos(args)).engine);
        const made = { args, resources, rules: new SecurityRules(resources), nodes: nodeKinds(resources) };
        for (const [claim, check] of Object.entries(claims)) {
          try {
            check(made);
          } catch (error) {
            throw new Error(`it does not hold that ${claim}`, { cause: error });
          }
        }
      }),
      { numRuns: 20, interruptAfterTimeLimit: 60_000 },
    );
  });
});
