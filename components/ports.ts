/** Default ports of Consul agents. Source: the Consul reference, "Ports used". */
export const consulPorts = {
  /** HTTP API and UI without TLS. */
  http: 8500,
  /** HTTP API and UI by TLS. Source: as above. */
  https: 8501,
  /** DNS, TCP and UDP. */
  dns: 8600,
  /** gRPC (xDS) without TLS. */
  grpc: 8502,
  /** Server RPC. */
  server: 8300,
  /** Serf LAN gossip, TCP and UDP. */
  serfLan: 8301,
};

/** The port of Consul's API on its servers for those outside. */
export const consulApiPort = (tls = false): number => (tls ? consulPorts.https : consulPorts.http);

/** Serf WAN gossip between Consul servers of federated datacenters, TCP and UDP. Source: as above. */
export const consulSerfWanPort = 8302;

/** Default ports of Nomad agents. Source: the Nomad reference, "Ports used". */
export const nomadPorts = {
  /** HTTP API and UI. */
  http: 4646,
  /** Server RPC. */
  rpc: 4647,
  /** Serf gossip between servers, TCP and UDP. */
  serf: 4648,
};

/** Ports of the fabio job on the nodes of an ingress pool: see jobs/fabio.nomad.hcl. */
export const fabioPorts = {
  /** Traffic. */
  proxy: 9999,
  /** UI, read-only. */
  ui: 9998,
  /** Health of the node as a target of a load balancer: it fails before fabio stops. */
  health: 9997,
};

/** The range from which Nomad gives ports to tasks. Source: the Nomad reference, `client.min_dynamic_port`. */
export const dynamicPorts = { from: 20000, to: 32000 };

export type ConsulPorts = typeof consulPorts;
export type NomadPorts = typeof nomadPorts;

/**
 * A party of the port graph.
 *
 * `consul-server`, `nomad-server` and `client` are the agents' nodes; `service` are the clients whose tasks may call each
 * other; `ingress` the clients that run fabio; `alb`, `api` and `ui` load balancers; `operator` the addresses that are let
 * in; `internet` what nodes may call outside; `peer` the servers of federated clusters; `efs` mount targets; `endpoint` VPC
 * endpoints; `bastion` a host to log in from; `metrics` pools that read the metrics of all agents.
 */
export type Role =
  | "consul-server"
  | "nomad-server"
  | "client"
  | "service"
  | "ingress"
  | "alb"
  | "api"
  | "ui"
  | "operator"
  | "internet"
  | "peer"
  | "efs"
  | "endpoint"
  | "bastion"
  | "metrics";

/** One line of the port graph: who may open connections to whom, on which ports, and what for. */
export interface Edge {
  from: Role;
  to: Role;
  protocol: "tcp" | "udp";
  fromPort: number;
  toPort: number;
  /** Becomes the description of the rules: letters, digits, spaces and `._-:/()#,@[]+=&;{}!$*` only, as EC2 allows. */
  why: string;
}

const agents: readonly Role[] = ["consul-server", "nomad-server", "client"];
const nomadAgents: readonly Role[] = ["nomad-server", "client"];

/** Edges from each of some roles to each of others, on one port. */
export function edgesBetween(
  from: readonly Role[],
  to: readonly Role[],
  protocols: readonly Edge["protocol"][],
  port: number | { from: number; to: number },
  why: string,
): Edge[] {
  const range = typeof port === "number" ? { from: port, to: port } : port;
  return from.flatMap((a) =>
    to.flatMap((b) =>
      protocols.map((protocol) => ({ from: a, to: b, protocol, fromPort: range.from, toPort: range.to, why })),
    ),
  );
}

const both = ["tcp", "udp"] as const;
const tcp = ["tcp"] as const;

/**
 * Who may talk to whom inside a COS. Every rule of every security group is made from it; the ports at which people enter
 * (of the load balancers and the bastion) are chosen by configuration, and added by their components.
 */
export const portGraph: readonly Edge[] = [
  ...edgesBetween(agents, ["consul-server"], tcp, consulPorts.server, "Consul server RPC"),
  ...edgesBetween(agents, agents, both, consulPorts.serfLan, "Consul gossip"),
  ...edgesBetween(["consul-server"], ["consul-server"], both, consulSerfWanPort, "Consul gossip between datacenters"),
  ...edgesBetween(["peer"], ["consul-server"], both, consulSerfWanPort, "Consul gossip between datacenters"),
  ...edgesBetween(["consul-server"], ["peer"], both, consulSerfWanPort, "Consul gossip between datacenters"),
  ...edgesBetween(["peer"], ["consul-server"], tcp, consulPorts.server, "Consul server RPC between datacenters"),
  ...edgesBetween(["consul-server"], ["peer"], tcp, consulPorts.server, "Consul server RPC between datacenters"),
  ...edgesBetween(["api", "ui"], ["consul-server"], tcp, consulPorts.https, "Consul API"),
  ...edgesBetween(["api", "ui"], ["consul-server"], tcp, consulPorts.http, "Consul API without TLS"),

  ...edgesBetween(nomadAgents, ["nomad-server"], tcp, nomadPorts.rpc, "Nomad RPC"),
  ...edgesBetween(["nomad-server"], ["nomad-server"], both, nomadPorts.serf, "Nomad gossip between servers"),
  ...edgesBetween(["peer"], ["nomad-server"], both, nomadPorts.serf, "Nomad gossip between regions"),
  ...edgesBetween(["nomad-server"], ["peer"], both, nomadPorts.serf, "Nomad gossip between regions"),
  ...edgesBetween(["peer"], ["nomad-server"], tcp, nomadPorts.rpc, "Nomad RPC between regions"),
  ...edgesBetween(["nomad-server"], ["peer"], tcp, nomadPorts.rpc, "Nomad RPC between regions"),
  ...edgesBetween(["api", "ui"], ["nomad-server"], tcp, nomadPorts.http, "Nomad API"),
  ...edgesBetween(["consul-server"], ["nomad-server"], tcp, nomadPorts.http, "Nomad keys of workload identities"),
  ...edgesBetween(["client"], ["client"], tcp, nomadPorts.http, "Nomad migration of ephemeral disks"),
  ...edgesBetween(["metrics"], nomadAgents, tcp, nomadPorts.http, "Nomad metrics and scaling"),

  ...edgesBetween(["alb"], ["ingress"], tcp, fabioPorts.proxy, "fabio traffic"),
  ...edgesBetween(["alb"], ["ingress"], tcp, fabioPorts.health, "fabio health"),
  ...edgesBetween(["ui"], ["ingress"], tcp, fabioPorts.ui, "fabio UI"),
  ...edgesBetween(["ingress"], ["client"], tcp, dynamicPorts, "fabio to services"),
  ...edgesBetween(["service"], ["service"], tcp, dynamicPorts, "services to services"),

  ...edgesBetween(["client"], ["efs"], tcp, 2049, "NFS"),
  ...edgesBetween(agents, ["endpoint"], tcp, 443, "AWS APIs"),
  ...edgesBetween(agents, ["internet"], tcp, 443, "HTTPS: AWS APIs, images, packages"),
  ...edgesBetween(agents, ["internet"], tcp, 80, "HTTP: packages"),
];

/** What a load balancer of the servers' APIs calls: of Consul the one port that there is. */
export const apiEdges = (from: "api" | "ui", consulTls = false): Edge[] =>
  portGraph.filter((edge) => edge.from === from && edge.fromPort !== consulApiPort(!consulTls));
