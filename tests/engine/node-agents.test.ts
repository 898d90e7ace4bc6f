import assert from "node:assert/strict";
import { join } from "node:path";
import { autopilotSettings } from "../../components/cluster-settings/autopilot";
import { consulNodeAgent, privateAddress } from "../../components/consul-cluster/node-agent";
import { nomadNodeAgent } from "../../components/nomad-cluster/node-agent";
import { schedulerSettings } from "../../components/nomad-cluster/scheduler";
import { unmountBelow } from "../../local/mounts";
import { type AgentProcess, launch, until } from "../support/agent-process";
import { freePorts } from "../support/ports";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

const elsewhere = { joinTag: { key: "cos", value: "test" }, awsRegion: "eu-central-1" };
const autopilot = autopilotSettings(3, 5, undefined);

/** The configuration of a node, on this machine: its addresses are loopback ones, and EC2 cannot be asked. */
function here(config: object, changes: Record<string, unknown>): object {
  const text = JSON.stringify(config).replaceAll(JSON.stringify(privateAddress).slice(1, -1), "127.0.0.1");
  const local = JSON.parse(text.replaceAll("127.0.0.1 127.0.0.1", "127.0.0.1")) as object;
  return { ...without(local, "retry_join"), ...changes };
}

function without(block: object, key: string): object {
  return Object.fromEntries(Object.entries(block).filter(([each]) => each !== key));
}

async function json<T>(url: string): Promise<T> {
  const response = await fetch(url, { headers: { Connection: "close" } });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

describe("agents of nodes, run with their configuration", function () {
  this.timeout(120_000); // a client's first registration may be refused by a server that has no leader yet

  let directory: string;
  const running: AgentProcess[] = [];
  const autopilotPath = "/v1/operator/autopilot/configuration";
  const expected = {
    CleanupDeadServers: true,
    LastContactThreshold: "1s",
    MaxTrailingLogs: 250,
    MinQuorum: 3,
    ServerStabilizationTime: "10s",
  };

  beforeEach(async () => {
    directory = await temporaryDirectory("nodes");
  });

  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.end();
    await unmountBelow(directory);
    await removeDirectory(directory);
  });

  async function start(program: "consul" | "nomad", config: object) {
    const agent = await launch(program, directory, config);
    running.push(agent);
    return agent.ended;
  }

  it("make a Consul server with these settings of autopilot, and metrics", async () => {
    const [http = 0, server = 0, serf_lan = 0] = await freePorts(3);
    const config = consulNodeAgent({
      ...elsewhere,
      datacenter: "test",
      server: { expect: 1, raftMultiplier: 1, autopilot },
    });
    const closed = { dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 };
    const changes = { data_dir: join(directory, "data"), ports: { http, server, serf_lan, ...closed } };
    const ended = await start("consul", here(config, changes));
    const url = `http://127.0.0.1:${http}`;
    const { CreateIndex, ModifyIndex, ...found } = await until(ended, () =>
      json<Record<string, unknown>>(`${url}${autopilotPath}`),
    );
    assert.equal(CreateIndex, ModifyIndex);
    for (const [key, value] of Object.entries(expected)) assert.equal(found[key], value, key);
    const metrics = await (await fetch(`${url}/v1/agent/metrics?format=prometheus`)).text();
    assert.match(metrics, /^consul_raft_/m);
  });

  it("make a Nomad server with these settings of autopilot and the scheduler, and a client with no other drivers", async () => {
    const [http = 0, rpc = 0, serf = 0, clientHttp = 0, unused = 0] = await freePorts(5);
    const consul = {
      address: "127.0.0.1:1",
      server_auto_join: false,
      client_auto_join: false,
      auto_advertise: false,
    };
    const server = nomadNodeAgent({
      ...elsewhere,
      region: "test",
      datacenter: "test",
      server: {
        expect: 1,
        raftMultiplier: 1,
        autopilot,
        scheduler: schedulerSettings({ algorithm: "spread", memoryOversubscription: true }),
      },
    });
    const serverEnded = await start(
      "nomad",
      here(server, {
        data_dir: join(directory, "server"),
        ports: { http, rpc, serf },
        server: without(server.server ?? {}, "server_join"),
        consul,
      }),
    );
    const url = `http://127.0.0.1:${http}`;
    const found = await until(serverEnded, () => json<Record<string, unknown>>(`${url}${autopilotPath}`));
    for (const [key, value] of Object.entries(expected)) assert.equal(found[key], value, key);
    const { SchedulerConfig } = await json<{ SchedulerConfig: Record<string, unknown> }>(
      `${url}/v1/operator/scheduler/configuration`,
    );
    assert.equal(SchedulerConfig["SchedulerAlgorithm"], "spread");
    assert.equal(SchedulerConfig["MemoryOversubscriptionEnabled"], true);
    assert.deepEqual(SchedulerConfig["PreemptionConfig"], {
      SystemSchedulerEnabled: true,
      SysBatchSchedulerEnabled: false,
      BatchSchedulerEnabled: false,
      ServiceSchedulerEnabled: false,
    });

    const client = nomadNodeAgent({
      ...elsewhere,
      region: "test",
      datacenter: "backoffice",
      client: {
        nodePool: "backoffice",
        nodeClass: "large",
        meta: { team: "data" },
        drivers: ["docker", "raw_exec"],
        dockerConfigFile: "/etc/cos/docker.json",
        hostVolumes: { data: { path: directory } },
        fingerprintDenylist: ["env_aws", "env_gce", "env_azure", "env_digitalocean"],
      },
    });
    const clientEnded = await start(
      "nomad",
      here(client, {
        data_dir: join(directory, "client"),
        ports: { http: clientHttp, rpc: unused, serf: unused },
        client: { ...without(client.client ?? {}, "server_join"), servers: [`127.0.0.1:${rpc}`] },
        consul,
      }),
    );
    const node = await until(clientEnded, async () => {
      const [first] = await json<Record<string, unknown>[]>(`${url}/v1/nodes?resources=true`);
      if (first?.["Status"] !== "ready") throw new Error("no client is ready yet");
      return first;
    });
    assert.deepEqual([node["Datacenter"], node["NodePool"], node["NodeClass"]], ["backoffice", "backoffice", "large"]);
    assert.deepEqual(Object.keys(node["Drivers"] as object).sort(), ["docker", "raw_exec"]);
    const whole = await json<{ Meta: Record<string, string>; HostVolumes: object }>(
      `${url}/v1/node/${node["ID"] as string}`,
    );
    assert.equal(whole.Meta["team"], "data");
    assert.deepEqual(Object.keys(whole.HostVolumes), ["data"]);
  });
});
