import { joinTerm } from "../consul-cluster/join";
import {
  connectionsPerLoadBalancer,
  forgetNodesAfter,
  localConsulAddress,
  privateAddress,
} from "../consul-cluster/node-agent";
import type { JoinTag } from "../consul-cluster/ref";
import { tlsFiles } from "../node/tls-files";
import { dynamicPorts } from "../ports";
import { type NomadClientOptions, type NomadServerOptions, nomadAgentConfig } from "./agent-config";

/** Where a node's Nomad agent finds its configuration. */
export const nomadConfigFile = "/etc/nomad.d/cos.json";

/**
 * A client whose server has ended finds out by a connection that is not answered, for 10 seconds; with Nomad's grace of as many it is down by
 * then, and its tasks are started elsewhere. Source: nomad 1.11, helper/pool/pool.go (`getNewConn`) and nomad/heartbeat.go.
 */
const heartbeatGrace = "20s";

/** Users of nodes that agents run as: the image makes them, and secrets in /etc are theirs. */
const agentUsers = ["consul", "nomad"];

/** What differs between the Nomad agents of nodes. */
export interface NomadNodeAgent {
  region: string;
  /** Nomad datacenter of the node. */
  datacenter: string;
  /** Tag of the servers, which all agents join by. */
  joinTag: JoinTag;
  /** AWS region of the servers. */
  awsRegion: string;
  /** Whether agents know each other by certificates, which the node's secrets bring. @default false */
  tls?: boolean | undefined;
  /** Present on servers; how they join is added. */
  server?: Omit<NomadServerOptions, "retryJoin"> | undefined;
  /** Present on clients; how they join and the ports of tasks are added. */
  client?: Omit<NomadClientOptions, "retryJoin" | "dynamicPorts"> | undefined;
}

/**
 * The configuration of the Nomad agent of an EC2 node. It finds the servers by their tag, and through Consul by what they
 * register there: either way is enough.
 */
export function nomadNodeAgent({ region, datacenter, joinTag, awsRegion, tls, server, client }: NomadNodeAgent) {
  const retryJoin = [joinTerm(joinTag, awsRegion)];
  return nomadAgentConfig({
    region,
    datacenter,
    dataDir: "/var/lib/nomad",
    bindAddress: privateAddress,
    // The node's own programs and its operators call it on the loopback address.
    httpAddress: `127.0.0.1 ${privateAddress}`,
    consulAddress: localConsulAddress,
    server: server && {
      httpConnectionsPerClient: connectionsPerLoadBalancer,
      forgetNodesAfter,
      heartbeatGrace,
      ...server,
      retryJoin,
    },
    client: client && { deniedUsers: agentUsers, ...client, retryJoin, dynamicPorts },
    tls: tls ? tlsFiles.nomad : undefined,
    telemetry: true,
  });
}
