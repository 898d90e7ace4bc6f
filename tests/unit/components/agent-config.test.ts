import assert from "node:assert/strict";
import { consulAgentConfig, nomadAgentConfig, type NomadClientOptions } from "../../../components";
import { consulNodeAgent } from "../../../components/consul-cluster/node-agent";
import { consulPorts, nomadPorts } from "../../../components/ports";
import { consulAgents, nomadAgents } from "../../support/agent-options";
import { matchesGolden } from "../../support/golden";

describe("the configuration of agents", () => {
  for (const { name, config } of [...consulAgents, ...nomadAgents]) {
    it(`is for ${name} as in its golden file`, () => matchesGolden(config, "agents", `${name}.json`));
  }

  const consul = { nodeName: "a", datacenter: "b", dataDir: "/c", bindAddress: "10.0.0.1", clientAddress: "127.0.0.1" };
  const nomad = {
    nodeName: "a",
    region: "r",
    datacenter: "b",
    dataDir: "/c",
    bindAddress: "10.0.0.1",
    consulAddress: "127.0.0.1:8500",
  };

  it("has the products' own ports where no others are given", () => {
    const { serf_wan, grpc_tls, ...ports } = consulAgentConfig(consul).ports;
    assert.deepEqual([serf_wan, grpc_tls], [-1, -1], "unused ones are closed");
    const { serfLan, https, ...others } = consulPorts;
    assert.deepEqual(ports, { ...others, serf_lan: serfLan });
    assert.equal(consulAgentConfig({ ...consul, httpsAddress: "127.0.0.1" }).ports.https, https);
    assert.deepEqual(nomadAgentConfig(nomad).ports, nomadPorts);
    assert.deepEqual(nomadAgentConfig({ ...nomad, ports: { rpc: 1 } }).ports, { ...nomadPorts, rpc: 1 });
  });

  it("does not make a server or a client of an agent that shall be none", () => {
    for (const key of ["server", "bootstrap_expect", "ui_config"]) assert.ok(!(key in consulAgentConfig(consul)), key);
    for (const key of ["server", "client", "plugin"]) assert.ok(!(key in nomadAgentConfig(nomad)), key);
  });

  it("runs tasks without isolation only where they are asked for", () => {
    const plugins = (unisolatedDrivers?: "raw_exec"[]) =>
      nomadAgentConfig({ ...nomad, client: { unisolatedDrivers } }).plugin ?? [];
    assert.deepEqual(plugins(), []);
    assert.deepEqual(plugins(["raw_exec"]), [{ raw_exec: { config: { enabled: true } } }]);
  });

  it("limits the drivers to those that are named, with Docker kept from the node", () => {
    const of = (client: NomadClientOptions) => {
      const { client: block, plugin } = nomadAgentConfig({ ...nomad, client });
      return [block?.options, plugin];
    };
    const docker = { docker: { config: { allow_privileged: false, volumes: { enabled: false } } } };
    assert.deepEqual(of({}), [undefined, []]);
    assert.deepEqual(of({ drivers: ["exec", "java"] }), [{ "driver.allowlist": "exec,java" }, []]);
    assert.deepEqual(of({ drivers: ["docker", "raw_exec"] }), [
      { "driver.allowlist": "docker,raw_exec" },
      [docker, { raw_exec: { config: { enabled: true } } }],
    ]);
  });

  it("keeps tasks from users whose secrets are on the node, and from those that Nomad's own list has", () => {
    const { client } = nomadAgentConfig({ ...nomad, client: { deniedUsers: ["consul", "nomad"] } });
    assert.deepEqual(client?.options, { "user.denylist": "root,Administrator,consul,nomad" });
  });

  it("publishes the metrics of allocations on clients only", () => {
    const server = nomadAgentConfig({ ...nomad, telemetry: true, server: { expect: 3 } });
    assert.deepEqual(server.telemetry, { prometheus_metrics: true, disable_hostname: true });
    assert.equal(
      nomadAgentConfig({ ...nomad, telemetry: true, client: {} }).telemetry?.publish_allocation_metrics,
      true,
    );
    assert.ok(!("telemetry" in nomadAgentConfig(nomad)));
  });

  it("opens Consul's port between datacenters only where there are several", () => {
    const ports = (federation?: { primaryDatacenter: string }) =>
      consulAgentConfig({ ...consul, server: { expect: 3, federation } }).ports.serf_wan;
    assert.deepEqual([ports(), ports({ primaryDatacenter: "main" })], [-1, 8302]);
  });

  it("has a node's Consul leave at its end, and a server's not", () => {
    const node = { datacenter: "a", joinTag: { key: "k", value: "v" }, awsRegion: "eu-central-1" };
    assert.equal(consulNodeAgent(node).leave_on_terminate, true);
    assert.equal(consulNodeAgent({ ...node, server: { expect: 3 } }).leave_on_terminate, false);
    assert.ok(!("leave_on_terminate" in consulAgentConfig(consul)));
    assert.equal(consulNodeAgent(node).advertise_reconnect_timeout, "1h");
    // Consul refuses it on servers.
    assert.ok(!("advertise_reconnect_timeout" in consulNodeAgent({ ...node, server: { expect: 3 } })));
  });
});
