import { type ConsulServerOptions, consulAgentConfig } from "./agent-config";
import { consulPorts } from "../ports";
import { tlsFiles } from "../node/tls-files";
import { joinTerm } from "./join";
import type { JoinTag } from "./ref";

/** Where a node's Consul agent finds its configuration. */
export const consulConfigFile = "/etc/consul.d/cos.json";

/** `host:port` of a node's own Consul agent, for its programs. */
export const localConsulAddress = `127.0.0.1:${consulPorts.http}`;

/**
 * A go-sockaddr template: the node's IPv4 address on the interface of its default route, which on EC2 is the private one. (Not
 * `GetPrivateIP`, which on a node with IPv6 too may be of either kind, nor an address of a bridge that Docker or Nomad makes.)
 */
export const privateAddress = '{{ GetDefaultInterfaces | include "type" "IPv4" | limit 1 | attr "address" }}';

/**
 * How many connections a load balancer's address may have to an API of Consul or Nomad. Everybody who comes through it
 * counts as one, and each open page of a UI holds several blocking queries; the products' own limits (200 and 100) mean one
 * program on one machine.
 */
export const connectionsPerLoadBalancer = 2000;

/**
 * After which time a node that has failed is forgotten by Consul and Nomad, Go's form: instances are replaced, and do not come back.
 * Long enough for a zone that is cut off.
 */
export const forgetNodesAfter = "1h";

/** What differs between the Consul agents of nodes. */
export interface ConsulNodeAgent {
  datacenter: string;
  /** Tag of the servers, which all agents join by. */
  joinTag: JoinTag;
  /** AWS region of the servers. */
  awsRegion: string;
  /** Whether agents know each other by certificates, which the node's secrets bring. @default false */
  tls?: boolean | undefined;
  /** Present on servers. */
  server?: ConsulServerOptions | undefined;
}

/** The configuration of the Consul agent that every EC2 node of a COS runs: of servers, of Nomad's servers, and of clients. */
export function consulNodeAgent({ datacenter, joinTag, awsRegion, tls, server }: ConsulNodeAgent) {
  return consulAgentConfig({
    datacenter,
    dataDir: "/var/lib/consul",
    bindAddress: privateAddress,
    // Only servers are called from outside: by the load balancers of the API and the UI. In clear nobody but programs of the node, where there is TLS.
    clientAddress: server && !tls ? `127.0.0.1 ${privateAddress}` : "127.0.0.1",
    ...(server && tls && { httpsAddress: privateAddress }),
    server: server && { httpConnectionsPerClient: connectionsPerLoadBalancer, ...server },
    retryJoin: [joinTerm(joinTag, awsRegion)],
    tls: tls ? tlsFiles.consul : undefined,
    telemetry: true,
    // A client ends with its instance, and its services must be gone at once; a server that ends keeps its vote until its
    // replacement is in: autopilot then removes it.
    leaveOnTerminate: server === undefined,
    // Autopilot forgets servers.
    ...(server === undefined && { forgetAfter: forgetNodesAfter }),
  });
}
