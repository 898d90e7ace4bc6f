import assert from "node:assert/strict";
import { consulAgentConfig, nomadAgentConfig } from "../../../components";
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
    const { serfLan, ...others } = consulPorts;
    assert.deepEqual(ports, { ...others, serf_lan: serfLan });
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
});
