import assert from "node:assert/strict";
import { join } from "node:path";
import { healthQuestions } from "../../components/load-balancer/health-check";
import { type AgentProcess, lastLines, launch, until } from "../support/agent-process";
import { freePorts } from "../support/ports";
import { removeDirectory, temporaryDirectory } from "../support/temporary";

/** A server of Consul or Nomad that waits for so many others, and asks every caller for a token. */
async function server(
  program: "consul" | "nomad",
  directory: string,
  expect: number,
): Promise<AgentProcess & { url: string }> {
  const [http = 0, rpc = 0, serf = 0] = await freePorts(3);
  const shared = { data_dir: join(directory, "data"), bind_addr: "127.0.0.1", log_level: "WARN" };
  const off = -1;
  const config = {
    consul: {
      ...shared,
      server: true,
      bootstrap_expect: expect,
      acl: { enabled: true, default_policy: "deny" },
      ports: { http, server: rpc, serf_lan: serf, serf_wan: off, dns: off, grpc: off, grpc_tls: off },
    },
    nomad: {
      ...shared,
      advertise: { http: "127.0.0.1", rpc: "127.0.0.1", serf: "127.0.0.1" },
      server: { enabled: true, bootstrap_expect: expect },
      acl: { enabled: true },
      ports: { http, rpc, serf },
    },
  };
  return { ...(await launch(program, directory, config[program])), url: `http://127.0.0.1:${http}` };
}

describe("what load balancers ask the servers", function () {
  this.timeout(90_000);

  const directories: string[] = [];
  const agents: AgentProcess[] = [];
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.end()));
    await Promise.all(directories.splice(0).map(removeDirectory));
  });

  /** Starts a server and waits until its HTTP API answers to anything. */
  async function start(program: "consul" | "nomad", expect: number) {
    const directory = await temporaryDirectory(program);
    directories.push(directory);
    const agent = await server(program, directory, expect);
    agents.push(agent);
    try {
      await until(agent.ended, () => fetch(`${agent.url}/ui/`));
    } catch (error) {
      throw new Error(`${program} did not start:\n${await lastLines(agent.log)}`, { cause: error });
    }
    return agent;
  }

  for (const program of ["consul", "nomad"] as const) {
    const { path } = healthQuestions[program];

    it(`passes a ${program} server that knows a leader, without a token`, async () => {
      const { url, ended } = await start(program, 1);
      await until(ended, async () => {
        const { status } = await fetch(url + path);
        if (status !== 200) throw new Error(`HTTP ${status}`);
      });
    });

    it(`does not pass a ${program} server that knows none`, async () => {
      const { url } = await start(program, 3);
      assert.equal((await fetch(url + path)).status, 500);
    });
  }
});
