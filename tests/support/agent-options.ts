import { consulAgentConfig, nomadAgentConfig } from "../../components";
import { autopilotSettings } from "../../components/cluster-settings/autopilot";
import { consulNodeAgent } from "../../components/consul-cluster/node-agent";
import { nomadNodeAgent } from "../../components/nomad-cluster/node-agent";
import { schedulerSettings } from "../../components/nomad-cluster/scheduler";

const loopback = "127.0.0.1";
const awsRegion = "eu-central-1";
const consul = {
  datacenter: "eu-central-1",
  joinTag: { key: "cos-consul-servers", value: "cos-dev" },
  awsRegion,
  tls: true,
};
const nomad = {
  region: "eu-central-1",
  joinTag: { key: "cos-nomad-servers", value: "cos-dev" },
  awsRegion,
  tls: true,
};

/** Configurations of agents, by the names of their golden files: of each kind of node, and with every option there is. */
export const consulAgents = [
  {
    name: "consul-local",
    config: consulAgentConfig({
      nodeName: "local",
      datacenter: "local",
      dataDir: "/cos/agents/consul",
      bindAddress: loopback,
      clientAddress: loopback,
      server: { expect: 1 },
      ports: { http: 18500, dns: 18600, grpc: 18502, server: 18300, serfLan: 18301 },
    }),
  },
  {
    name: "consul-server",
    config: consulNodeAgent({
      ...consul,
      server: { expect: 3, raftMultiplier: 5, autopilot: autopilotSettings(3, 5, undefined) },
    }),
  },
  {
    name: "consul-server-federated",
    config: consulNodeAgent({
      ...consul,
      server: {
        expect: 5,
        raftMultiplier: 1,
        autopilot: autopilotSettings(5, 1, { cleanupDeadServers: false, serverStabilizationTime: "1m" }),
        federation: {
          primaryDatacenter: "us-east-1",
          retryJoin: ["provider=aws region=us-east-1 tag_key=cos-consul-servers tag_value=cos-us"],
        },
      },
    }),
  },
  { name: "consul-client", config: consulNodeAgent(consul) },
];

export const nomadAgents = [
  {
    name: "nomad-local",
    config: nomadAgentConfig({
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
    }),
  },
  {
    name: "nomad-server",
    config: nomadNodeAgent({
      ...nomad,
      datacenter: "eu-central-1",
      server: {
        expect: 3,
        raftMultiplier: 5,
        autopilot: autopilotSettings(3, 5, undefined),
        scheduler: schedulerSettings(undefined),
        keyring: { kmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/abc", awsRegion },
      },
    }),
  },
  {
    name: "nomad-server-federated",
    config: nomadNodeAgent({
      ...nomad,
      datacenter: "eu-central-1",
      server: {
        expect: 5,
        raftMultiplier: 1,
        autopilot: autopilotSettings(5, 1, undefined),
        scheduler: schedulerSettings({
          algorithm: "spread",
          memoryOversubscription: true,
          preemption: { system: false, service: true, batch: true, sysbatch: true },
        }),
        authoritativeRegion: "us-east-1",
      },
    }),
  },
  {
    name: "nomad-client",
    config: nomadNodeAgent({
      ...nomad,
      datacenter: "public-services",
      client: { nodePool: "public-services", nodeClass: "public", drivers: ["docker", "exec"] },
    }),
  },
  {
    name: "nomad-client-all",
    config: nomadNodeAgent({
      ...nomad,
      datacenter: "backoffice",
      client: {
        nodePool: "backoffice",
        nodeClass: "large",
        meta: { disk: "nvme", team: "data" },
        drivers: ["docker", "exec", "java", "raw_exec"],
        hostVolumes: { certificates: { path: "/etc/ssl/certs", readOnly: true }, data: { path: "/data" } },
        dockerConfigFile: "/etc/cos/docker.json",
        reservedMemoryMiB: 256,
        networkInterface: "eth0",
        fingerprintDenylist: ["env_gce"],
      },
    }),
  },
];
