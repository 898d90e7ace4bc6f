import assert from "node:assert/strict";
import fc from "fast-check";
import type { ConsulClusterArgs } from "../../../components/consul-cluster/args";
import { consulTraffic } from "../../../components/consul-cluster/traffic";
import type { NomadClusterArgs } from "../../../components/nomad-cluster/args";
import { nomadTraffic } from "../../../components/nomad-cluster/traffic";
import { consulPorts, dynamicPorts, edgesBetween, nomadPorts, portGraph } from "../../../components/ports";
import { type Rule, rulesOf } from "../../../components/security-group/rules";
import { consulArgs, nomadArgs } from "../../support/cluster-arguments";

const groups = { consul: "sg-consul", server: "sg-server", client: "sg-client", service: "sg-service" };

/** A node, by the security groups that it is in. */
type Node = string[];

/** A pool, as far as it matters to who may talk to whom. */
interface Pool {
  size: number;
  serviceToService: boolean;
}

const cidrs = fc
  .uniqueArray(fc.integer({ min: 0, max: 255 }), { maxLength: 4 })
  .map((octets) => octets.map((octet) => `10.${octet}.0.0/16`));

const cluster = fc.record({
  servers: fc.constantFrom(3, 5),
  pools: fc.array(fc.record({ size: fc.nat({ max: 4 }), serviceToService: fc.boolean() }), { maxLength: 6 }),
  egressCidrs: cidrs,
  peerCidrs: fc.option(
    cidrs.filter((list) => list.length > 0),
    { nil: undefined },
  ),
  endpointSecurityGroupId: fc.option(fc.constant("sg-endpoints"), { nil: undefined }),
});

type Cluster = typeof cluster extends fc.Arbitrary<infer T> ? T : never;

/** The rules that ConsulCluster and NomadCluster make, from the functions that they make them from. */
function rules({ peerCidrs, servers, egressCidrs, endpointSecurityGroupId }: Cluster): (Rule & { of: string })[] {
  const outward = { servers, egressCidrs, endpointSecurityGroupId };
  const consul: ConsulClusterArgs = {
    ...consulArgs,
    ...outward,
    ...(peerCidrs && { federation: { primaryDatacenter: "main", peerCidrs } }),
  };
  const ref = { ...nomadArgs.consul, securityGroupId: groups.consul };
  const nomad: NomadClusterArgs = { ...nomadArgs, ...outward, consul: ref, peerCidrs };
  const [ofConsul, ofNomad] = [consulTraffic(consul, groups.consul), nomadTraffic(nomad, groups)];
  return [
    ...rulesOf(ofConsul.edges, ofConsul.parties).map((rule) => ({ ...rule, of: "consul" })),
    ...rulesOf(ofNomad.edges, ofNomad.parties).map((rule) => ({ ...rule, of: "nomad" })),
  ];
}

/** The kinds of node that there are: with which of the groups a node is in, all is said. */
function nodes({ pools }: Cluster): Node[] {
  const pool = ({ serviceToService }: Pool, i: number) => [
    groups.client,
    ...(serviceToService ? [groups.service] : []),
    `sg-pool-${i}`,
  ];
  return [[groups.consul], [groups.server], ...pools.filter(({ size }) => size > 0).map(pool)];
}

/** Whether a packet gets from a node to another: out of one and into the other. */
function reaches(all: readonly Rule[], from: Node, to: Node, protocol: string, port: number): boolean {
  const allowed = (direction: Rule["direction"], own: Node, other: Node) =>
    all.some(
      ({ edge, peer, securityGroupId, ...rule }) =>
        rule.direction === direction &&
        own.includes(securityGroupId as string) &&
        "securityGroupId" in peer &&
        other.includes(peer.securityGroupId as string) &&
        edge.protocol === protocol &&
        edge.fromPort <= port &&
        port <= edge.toPort,
    );
  return allowed("egress", from, to) && allowed("ingress", to, from);
}

const isConsulServer = (node: Node) => node.includes(groups.consul);
const isNomadServer = (node: Node) => node.includes(groups.server);
const isClient = (node: Node) => node.includes(groups.client);
/** Any two nodes, also of one kind. */
const pairs = (of: Cluster) => nodes(of).flatMap((from) => nodes(of).map((to) => [from, to] as const));

describe("the port graph of a cluster with any pools and sizes", () => {
  it("lets every agent reach every other for gossip", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const all = rules(of);
        for (const [from, to] of pairs(of)) {
          for (const protocol of ["tcp", "udp"]) {
            assert.ok(
              reaches(all, from, to, protocol, consulPorts.serfLan),
              `${from.join()} to ${to.join()} ${protocol}`,
            );
          }
        }
      }),
    );
  });

  it("lets every agent reach the servers that it depends on, and nobody else reach their RPC", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const all = rules(of);
        for (const [from, to] of pairs(of)) {
          assert.equal(reaches(all, from, to, "tcp", consulPorts.server), isConsulServer(to));
          assert.equal(reaches(all, from, to, "tcp", nomadPorts.rpc), isNomadServer(to) && !isConsulServer(from));
          for (const protocol of ["tcp", "udp"]) {
            const both = isNomadServer(from) && isNomadServer(to);
            assert.equal(reaches(all, from, to, protocol, nomadPorts.serf), both);
          }
          const keys = isConsulServer(from) && isNomadServer(to);
          assert.equal(reaches(all, from, to, "tcp", nomadPorts.http), keys || (isClient(from) && isClient(to)));
        }
      }),
    );
  });

  it("lets services call services on nodes whose pools both allow it, and on no others", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const all = rules(of);
        for (const [from, to] of pairs(of)) {
          const both = from.includes(groups.service) && to.includes(groups.service);
          for (const port of [dynamicPorts.from, dynamicPorts.to]) {
            assert.equal(reaches(all, from, to, "tcp", port), both);
          }
          assert.ok(!reaches(all, from, to, "tcp", dynamicPorts.from - 1));
          assert.ok(!reaches(all, from, to, "tcp", dynamicPorts.to + 1));
        }
      }),
    );
  });

  it("has no rule twice, by what it says or by its name", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const all = rules(of);
        const said = all.map(({ direction, securityGroupId, peer, edge }) =>
          JSON.stringify([direction, securityGroupId, peer, edge.protocol, edge.fromPort, edge.toPort]),
        );
        assert.deepEqual(said.length, new Set(said).size);
        const names = all.map(({ of: by, key }) => `${by}-${key}`);
        assert.deepEqual(names.length, new Set(names).size);
      }),
    );
  });

  it("lets in nobody from outside but the peers, to servers, on the ports of federation", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const inward = rules(of).filter(
          ({ direction, peer }) => direction === "ingress" && !("securityGroupId" in peer),
        );
        const found = inward.map(({ securityGroupId, peer, edge }) => {
          const { cidrBlock } = peer as { cidrBlock: string };
          return `${securityGroupId as string} ${cidrBlock} ${edge.protocol} ${edge.fromPort}-${edge.toPort}`;
        });
        const expected = (of.peerCidrs ?? []).flatMap((cidr) => [
          `sg-consul ${cidr} tcp 8300-8300`,
          `sg-consul ${cidr} tcp 8302-8302`,
          `sg-consul ${cidr} udp 8302-8302`,
          `sg-server ${cidr} tcp 4647-4647`,
          `sg-server ${cidr} tcp 4648-4648`,
          `sg-server ${cidr} udp 4648-4648`,
        ]);
        assert.deepEqual(found.sort(), expected.sort());
      }),
    );
  });

  it("lets every node call out, and the endpoints, by HTTPS as far as it is allowed", () => {
    fc.assert(
      fc.property(cluster, (of) => {
        const all = rules(of);
        for (const group of [groups.consul, groups.server, groups.client]) {
          const out = all.filter(
            ({ direction, securityGroupId }) => direction === "egress" && securityGroupId === group,
          );
          const to = out.filter(({ edge }) => edge.fromPort === 443).map(({ peer }) => JSON.stringify(peer));
          const cidrBlocks = of.egressCidrs.map((cidrBlock) => ({ cidrBlock }));
          const { endpointSecurityGroupId: endpoint } = of;
          const expected = [...cidrBlocks, ...(endpoint === undefined ? [] : [{ securityGroupId: endpoint }])];
          assert.deepEqual(to.sort(), expected.map((party) => JSON.stringify(party)).sort());
        }
      }),
    );
  });
});

describe("the port graph", () => {
  it("has no edge twice", () => {
    const edges = portGraph.map(({ from, to, protocol, fromPort, toPort }) =>
      [from, to, protocol, fromPort, toPort].join(" "),
    );
    assert.equal(edges.length, new Set(edges).size);
  });

  it("says why in words that EC2 takes as a rule's description", () => {
    for (const { why } of portGraph) assert.match(why, /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
  });

  it("names every edge between roles, on a port or a range", () => {
    assert.deepEqual(edgesBetween(["alb"], ["client", "ingress"], ["tcp"], { from: 1, to: 2 }, "why"), [
      { from: "alb", to: "client", protocol: "tcp", fromPort: 1, toPort: 2, why: "why" },
      { from: "alb", to: "ingress", protocol: "tcp", fromPort: 1, toPort: 2, why: "why" },
    ]);
    assert.deepEqual(edgesBetween(["ui"], ["client"], ["tcp", "udp"], 3, "why"), [
      { from: "ui", to: "client", protocol: "tcp", fromPort: 3, toPort: 3, why: "why" },
      { from: "ui", to: "client", protocol: "udp", fromPort: 3, toPort: 3, why: "why" },
    ]);
  });
});
