import { type ConsulAgentOptions, consulAgentConfig, type NomadAgentOptions, nomadAgentConfig } from "../../components";

const loopback = "127.0.0.1";
const privateAddress = "{{ GetPrivateIP }}";
const autoJoin = ["provider=aws tag_key=cos tag_value=test"];

/** Agents of the kinds there are, by the names of their golden files. */
const consul: Record<string, ConsulAgentOptions> = {
  "consul-local": {
    nodeName: "local",
    datacenter: "local",
    dataDir: "/cos/agents/consul",
    bindAddress: loopback,
    clientAddress: loopback,
    server: { expect: 1 },
    ports: { http: 18500, dns: 18600, grpc: 18502, server: 18300, serfLan: 18301 },
  },
  "consul-server": {
    nodeName: "server-1",
    datacenter: "eu-central-1",
    dataDir: "/var/lib/consul",
    bindAddress: privateAddress,
    clientAddress: privateAddress,
    server: { expect: 3 },
    retryJoin: autoJoin,
  },
  "consul-client": {
    nodeName: "client-1",
    datacenter: "eu-central-1",
    dataDir: "/var/lib/consul",
    bindAddress: privateAddress,
    clientAddress: loopback,
    retryJoin: autoJoin,
    ports: { dns: 53 },
  },
};

const nomad: Record<string, NomadAgentOptions> = {
  "nomad-local": {
    nodeName: "local",
    region: "global",
    datacenter: "local",
    dataDir: "/cos/agents/nomad",
    bindAddress: loopback,
    consulAddress: "127.0.0.1:18500",
    server: { expect: 1 },
    client: {
      networkInterface: "lo",
      unisolatedDrivers: ["raw_exec"],
      fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
    },
    ports: { http: 14646, rpc: 14647, serf: 14648 },
  },
  "nomad-server": {
    nodeName: "server-1",
    region: "eu-central-1",
    datacenter: "eu-central-1",
    dataDir: "/var/lib/nomad",
    bindAddress: privateAddress,
    consulAddress: "127.0.0.1:8500",
    server: { expect: 3 },
  },
  "nomad-client": {
    nodeName: "client-1",
    region: "eu-central-1",
    datacenter: "public-services",
    dataDir: "/var/lib/nomad",
    bindAddress: privateAddress,
    consulAddress: "127.0.0.1:8500",
    client: { nodePool: "public-services" },
  },
};

const entries = <T>(options: Record<string, T>, config: (options: T) => object) =>
  Object.entries(options).map(([name, of]) => ({ name, config: config(of) }));

export const consulAgents = entries(consul, consulAgentConfig);
export const nomadAgents = entries(nomad, nomadAgentConfig);
