import { join } from "node:path";
import { consulAgentConfig } from "../../components";
import { ConsulAgent } from "../support/consul-agent";
import { launch } from "../support/agent-process";
import { freePorts } from "../support/ports";
import { removeDirectory, temporaryDirectory } from "../support/temporary";
import { until } from "../support/until";

describe("a node that has failed", function () {
  this.timeout(120_000);
  let server: ConsulAgent;
  let directory: string;

  before(async () => {
    [server, directory] = await Promise.all([ConsulAgent.start(), temporaryDirectory("forgotten")]);
  });
  after(async () => {
    await server.stop();
    await removeDirectory(directory);
  });

  it("is forgotten by Consul after the time that it has advertised", async () => {
    const members = () => server.request("GET", "/v1/agent/members") as Promise<{ Name: string; Port: number }[]>;
    const knows = async () => (await members()).some(({ Name }) => Name === "lost");
    const [http = 0, serfLan = 0, dns = 0, grpc = 0, own = 0] = await freePorts(5);
    const Port = (await members())[0]?.Port ?? 0;
    const client = await launch(
      "consul",
      directory,
      consulAgentConfig({
        ...{ nodeName: "lost", datacenter: "test", dataDir: join(directory, "data") },
        ...{ bindAddress: "127.0.0.1", clientAddress: "127.0.0.1", retryJoin: [`127.0.0.1:${Port}`] },
        ports: { http, serfLan, dns, grpc, server: own },
        forgetAfter: "1s",
      }),
    );
    try {
      await until(knows);
    } finally {
      await client.kill();
    }
    await until(async () => !(await knows()));
    // The leader takes it out of the catalog a moment after its gossip has.
    await until(async () => {
      const catalog = (await server.request("GET", "/v1/catalog/nodes")) as { Node: string }[];
      return catalog.every(({ Node }) => Node !== "lost");
    });
  });
});
