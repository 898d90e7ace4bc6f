import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { Resources } from "../support/cos-arguments";
import { end } from "../support/namespace";
import { nodeKinds, SecurityRules } from "../support/security-rules";
import { cosArgs, runCos } from "../support/stack-program";
import { Fabric, type FabricHost } from "./fabric";
import { type Member, securityGroupTable } from "./firewall";
import { allowed, outside, ports, type Role, roles } from "./port-graph";
import { answering, listen, type Target } from "./probe";
import { needsBox } from "./requirements";

/** How long to wait for an answer that may be on its way; what is dropped is never answered. */
const patienceSeconds = 3;

/** Where each role has its hosts: two of each kind of node, so that a role is tried with itself too. */
const addresses: Record<Role, string[]> = {
  consul: ["10.128.64.10", "10.128.80.10"],
  nomad: ["10.128.64.20", "10.128.80.20"],
  ingress: ["10.128.64.30", "10.128.80.30"],
  client: ["10.128.64.40", "10.128.80.40"],
  alb: ["10.128.0.50"],
  nlb: ["10.128.0.60"],
  operator: ["203.0.113.10"],
  internet: ["198.51.100.10"],
};
const portsOf = (address: string): Target[] => [
  ...ports.tcp.map((port): Target => [address, "tcp", port]),
  ...ports.udp.map((port): Target => [address, "udp", port]),
];

const connection = (from: Role, to: Role, protocol: string, port: number) => `${from} to ${to} ${protocol} ${port}`;

const expected = new Set(
  allowed.flatMap(({ from, to, tcp = [], udp = [] }) =>
    from.flatMap((a) =>
      to.flatMap((b) => [
        ...tcp.map((port) => connection(a, b, "tcp", port)),
        ...udp.map((port) => connection(a, b, "udp", port)),
      ]),
    ),
  ),
);

describe("the security groups of the stack dev, enforced by nftables", function () {
  this.timeout(120_000);
  let fabric: Fabric | undefined;
  const hosts = new Map<string, FabricHost>();
  const listeners: ChildProcess[] = [];
  /** What each host can connect to, by its address. */
  const found = new Map<string, string[]>();

  before(needsBox);

  before(async () => {
    fabric = await Fabric.create();
    for (const address of Object.values(addresses).flat()) hosts.set(address, await fabric.join(address));
    const resources = Resources.of((await runCos(cosArgs("dev"))).engine);
    await fabric.load(securityGroupTable(new SecurityRules(resources).all, members(resources)));
    for (const host of hosts.values()) listeners.push(await listen(host, ports));
    const all = roles.flatMap((role) => addresses[role].map((address) => ({ role, address })));
    await Promise.all(all.map(async ({ role, address }) => found.set(address, await reached(role, address))));
  });

  after(async () => {
    await Promise.all(listeners.map((listener) => end(listener, "SIGKILL")));
    await fabric?.close();
  });

  /** What a host can connect to, on all ports of all others. */
  async function reached(from: Role, address: string): Promise<string[]> {
    const host = hosts.get(address);
    assert.ok(host);
    // What hosts outside do with each other is none of the box's.
    const others = roles.filter((to) => !(outside.includes(from) && outside.includes(to)));
    const targets = others.flatMap((to) =>
      addresses[to].filter((other) => other !== address).flatMap((other) => portsOf(other)),
    );
    const answered = await answering(host.namespace, targets, patienceSeconds);
    return others.flatMap((to) => {
      const hostsOf = addresses[to].filter((other) => other !== address);
      const counts = new Map<string, number>();
      for (const [, protocol, port] of answered.filter(([other]) => hostsOf.includes(other))) {
        const key = connection(from, to, protocol, port);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      // A connection that only some hosts of a role take is marked.
      const partly = (count: number) => (count === hostsOf.length ? "" : ` (only ${count} of ${hostsOf.length})`);
      return [...counts].map(([key, count]) => key + partly(count));
    });
  }

  for (const from of roles) {
    it(`let ${from} connect to what the port graph says, and to nothing else`, () => {
      const wanted = [...expected].filter((key) => key.startsWith(`${from} to `)).sort();
      for (const address of addresses[from]) assert.deepEqual(found.get(address)?.sort(), wanted, address);
    });
  }
});

describe("security groups that are open to everybody", function () {
  this.timeout(60_000);

  before(needsBox);

  it("let everybody reach what is public, and nobody outside what is not", async () => {
    const fabric = await Fabric.create();
    const listeners: ChildProcess[] = [];
    try {
      const [client, ...servers] = [
        await fabric.join("203.0.113.10"),
        await fabric.join("10.128.0.50"),
        await fabric.join("10.128.64.10"),
      ] as const;
      for (const server of servers) listeners.push(await listen(server, { tcp: [80] }));
      const ends = { group: "sg-open", peer: "0.0.0.0/0", ofGroup: false, protocol: "tcp", fromPort: 80, toPort: 80 };
      const of = ({ address }: FabricHost, isPublic: boolean) => ({ address, securityGroupIds: ["sg-open"], isPublic });
      const [balancer, node] = servers;
      const inVpc = [of(balancer, true), of(node, false)];
      await fabric.load(
        securityGroupTable(
          [
            { direction: "ingress", ...ends },
            { direction: "egress", ...ends },
          ],
          inVpc,
        ),
      );
      const targets = servers.map(({ address }): Target => [address, "tcp", 80]);
      assert.deepEqual(await answering(client.namespace, targets, patienceSeconds), [targets[0]]);
      assert.deepEqual(await answering(balancer.namespace, targets.slice(1), patienceSeconds), [targets[1]]);
    } finally {
      await Promise.all(listeners.map((listener) => end(listener, "SIGKILL")));
      await fabric.close();
    }
  });
});

/** Who is in which groups, by what the program says of nodes and load balancers. */
function members(resources: Resources): Member[] {
  const kinds = nodeKinds(resources);
  const groupsOf = (is: (kind: (typeof kinds)[number]) => boolean) => {
    const [kind, ...more] = kinds.filter(is);
    assert.ok(kind && more.length === 0);
    return kind.groups;
  };
  const balancer = (type: string) => {
    const found = resources
      .ofType("LoadBalancer")
      .map(({ inputs }) => inputs as { loadBalancerType: string; securityGroups: string[] })
      .filter(({ loadBalancerType }) => loadBalancerType === type);
    assert.equal(found.length, 1);
    return found.flatMap(({ securityGroups }) => securityGroups);
  };
  const groups: Partial<Record<Role, string[]>> = {
    consul: groupsOf(({ role }) => role === "consul-server"),
    nomad: groupsOf(({ role }) => role === "nomad-server"),
    ingress: groupsOf(({ pool }) => pool === "public-services"),
    client: groupsOf(({ pool }) => pool === "private-services"),
    alb: balancer("application"),
    nlb: balancer("network"),
  };
  return roles.flatMap((role) => {
    const securityGroupIds = groups[role];
    const isPublic = role === "alb" || role === "nlb";
    return securityGroupIds ? addresses[role].map((address) => ({ address, securityGroupIds, isPublic })) : [];
  });
}
