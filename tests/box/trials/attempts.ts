import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { managementFiles } from "../cluster";
import type { BoxUnderTest } from "./box-under-test";
import { askServer } from "./on-nodes";

export const products = ["consul", "nomad"] as const;
export type Product = (typeof products)[number];

/** What a server says of what was encrypted with a key that it does not have. */
export const undecipherable = /no installed keys could decrypt the message/i;

/** Where agents have the keys of their gossip. */
export const keyrings: Record<Product, string> = {
  consul: "/var/lib/consul/serf/local.keyring",
  nomad: "/var/lib/nomad/server/serf.keyring",
};
/** Certificates and keys of agents, by product. */
export const identities: Record<Product, string> = {
  consul: "/etc/consul.d/tls/agent.pem",
  nomad: "/etc/nomad.d/tls/agent.pem",
};

/** Agents of a host. */
export const productsOf = (host: string): Product[] =>
  host.startsWith("consul-server") ? ["consul"] : ["consul", "nomad"];

/** Headers of tokens. */
export const headers = { consul: "X-Consul-Token", nomad: "X-Nomad-Token" } as const;

/** Ports at which servers are asked and Raft talks. */
const rpcPorts = { consul: 8300, nomad: 4647 } as const;

/** What trials of security try from hosts of the box, and look at there. */
export function attempts(tested: BoxUnderTest) {
  const python = (host: string, program: string, ...args: string[]) =>
    tested.cluster.exec(host, "python3", "-c", program, ...args);

  /** The keys of each host that gossips. */
  async function keysOf(product: Product): Promise<string[][]> {
    const hosts = await tested.cluster.hosts(product === "consul" ? "" : "nomad-server");
    const files = hosts.map(({ name }) => tested.cluster.exec(name, "cat", keyrings[product]));
    return (await Promise.all(files)).map((text) => JSON.parse(text) as string[]);
  }

  /** A line of each private key of a host's agents. */
  async function privateKeysOf(host: string): Promise<string[]> {
    const pems = productsOf(host).map((product) => tested.cluster.exec(host, "cat", identities[product]));
    return (await Promise.all(pems)).map((pem) => /-----BEGIN EC PRIVATE KEY-----\n(.+)\n/.exec(pem)?.[1] ?? "");
  }

  /** What a server says to a host of a client that asks it in clear, or by TLS with the certificate in a file or none. */
  async function answerOf(product: Product, how: string): Promise<string> {
    const [server] = await tested.cluster.hosts(`${product}-server`);
    const [host] = await tested.cluster.hosts("private-services");
    assert.ok(server && host);
    return (await python(host.name, askServer, server.address, String(rpcPorts[product]), how)).trim();
  }

  /** What curl says to somebody outside who asks the load balancer of the APIs. */
  async function outside(product: Product, scheme: "http" | "https", path: string, ...options: string[]) {
    const balancer = (await tested.box.status()).balancers.find(({ name }) => name.includes("-nlb-"));
    assert.ok(balancer);
    const { dnsName, address } = balancer;
    const port = { consul: 8501, nomad: 4646 }[product];
    const known = ["--resolve", `${dnsName}:${port}:${address}`];
    const url = `${scheme}://${dnsName}:${port}/v1/${path}`;
    return tested.cluster.exec("operator", "curl", ...known, "--silent", "--show-error", ...options, url);
  }

  /** A token of each product that may do everything. */
  async function managementToken(product: Product): Promise<string> {
    const [server] = await tested.cluster.hosts(`${product}-server`);
    return (await tested.cluster.exec(server?.name ?? "", "cat", managementFiles[product])).trim();
  }

  /** A file with the authorities that the stack says are those of its APIs. */
  async function authorities(): Promise<string> {
    const file = join(tested.box.directory, "api-authorities.pem");
    await writeFile(file, String((await tested.box.outputs()).caPem));
    return file;
  }

  /** Waits until a server has refused an agent that tries to join it, from a host where agents may connect to servers, for a reason. */
  async function isRefused(reason: RegExp, ...options: string[]): Promise<void> {
    const [server] = await tested.cluster.hosts("consul-server");
    const [host] = await tested.cluster.hosts("private-services");
    assert.ok(server && host);
    const since = `@${Math.floor(Date.now() / 1000)}`;
    const agent = ["consul", "agent", "-data-dir=/tmp/stranger", "-node=stranger", "-datacenter=eu-central-1"];
    const ports = ["-serf-lan-port=8399", "-http-port=-1", "-dns-port=-1", "-grpc-port=-1", `-bind=${host.address}`];
    const join = [`-retry-join=${server.address}:8301`, "-retry-interval=1s"];
    const unit = ["systemd-run", "--quiet", "--collect", "--unit=stranger"];
    await tested.cluster.exec(host.name, ...unit, ...agent, ...ports, ...join, ...options);
    try {
      const journal = ["journalctl", "--unit=consul", "--output=cat", "--no-pager", `--since=${since}`];
      await tested.cluster.until("the server refuses it", async () => {
        const lines = (await tested.cluster.exec(server.name, ...journal)).split("\n");
        return lines.some((line) => line.includes(`from=${host.address}:`) && reason.test(line));
      });
      const members = await tested.cluster.get<{ Name: string }[]>("consul", "agent/members");
      assert.ok(
        members?.every(({ Name }) => Name !== "stranger"),
        "it is a member",
      );
    } finally {
      await tested.cluster.exec(host.name, "systemctl", "kill", "--signal=KILL", "stranger");
      await tested.cluster.exec(host.name, "rm", "--recursive", "--force", "/tmp/stranger");
    }
  }

  return { python, keysOf, privateKeysOf, answerOf, outside, managementToken, authorities, isRefused };
}
