import assert from "node:assert/strict";
import { Servers } from "../../../components/server-rollout/raft.mjs";
import { useHttpDouble } from "../../support/http-double";

const health = "/v1/operator/autopilot/health";
const server = {
  ...{ ID: "id-1", Name: "one", Address: "10.0.0.1:8300", SerfStatus: "alive" },
  ...{ Leader: true, Voter: true, Healthy: true },
};

describe("servers as a rollout asks them", () => {
  const api = useHttpDouble();
  const asked = () => api().requests.map(({ method, url }) => `${method} ${url}`);
  const member = (Name: string, Status: number | string, role = "consul", region = "eu") => {
    return { Name, Addr: `10.0.0.${Name}`, Status, Tags: { role, region } };
  };

  it("are autopilot's, also while one of them is unhealthy", async () => {
    const unhealthy = { ...server, ID: "id-2", Healthy: false, SerfStatus: "failed", Leader: false };
    api().answers[health] = { status: 429, body: { Healthy: false, Servers: [server, unhealthy] } };
    const common = { name: "one", address: "10.0.0.1" };
    assert.deepEqual(await new Servers("Consul", api().url).peers(), [
      { ...common, id: "id-1", isLeader: true, hasVote: true, isVoter: true, isAlive: true },
      { ...common, id: "id-2", isLeader: false, hasVote: true, isVoter: false, isAlive: false },
    ]);
  });

  it("are not known where there is no leader", async () => {
    api().answers[health] = { status: 500, body: "No cluster leader" };
    await assert.rejects(new Servers("Nomad", api().url).peers(), /HTTP 500 No cluster leader/);
  });

  it("have the same states in both products, without Consul's clients and Nomad's other regions", async () => {
    const states = ["alive", "gone", "gone", "failed"];
    api().answers["/v1/agent/members"] = {
      body: [...[1, 2, 3, 4].map((state) => member(String(state), state)), member("5", 1, "node")],
    };
    const consul = await new Servers("Consul", api().url).members();
    assert.deepEqual(
      consul.map(({ status }) => status),
      states,
    );
    const Members = ["alive", "leaving", "left", "failed"].map((state) => member(state, state));
    const elsewhere = member("abroad", "failed", "nomad", "us");
    api().answers["/v1/agent/members"] = { body: { ServerRegion: "eu", Members: [...Members, elsewhere] } };
    const nomad = await new Servers("Nomad", api().url).members();
    assert.deepEqual(
      nomad.map(({ status }) => status),
      states,
    );
  });

  it("say of which instance and template they are", async () => {
    const Meta = { instance_id: "i-1", launch_template: "abc" };
    api().answers["/v1/catalog/nodes"] = {
      body: [
        { Address: "10.0.0.1", Meta },
        { Address: "10.0.0.2", Meta: null },
      ],
    };
    assert.deepEqual(await new Servers("Consul", api().url).nodes(), [
      { id: "i-1", address: "10.0.0.1", template: "abc" },
      { id: "", address: "10.0.0.2", template: undefined },
    ]);
  });

  for (const [product, transfer, leave] of [
    ["Consul", "transfer-leader", "/v1/agent/force-leave/n1.eu"],
    ["Nomad", "transfer-leadership", "/v1/agent/force-leave"],
  ] as const) {
    it(`are told by ${product}'s own words`, async () => {
      const body = "";
      for (const path of [`/v1/operator/raft/${transfer}`, "/v1/operator/raft/peer", leave])
        api().answers[path] = { body };
      const servers = new Servers(product, api().url);
      await servers.transferLeadership("id/1");
      await servers.removeVoter("id-1");
      await servers.forget("n1.eu");
      assert.deepEqual(asked(), [
        `POST /v1/operator/raft/${transfer}?id=id%2F1`,
        "DELETE /v1/operator/raft/peer?id=id-1",
        product === "Consul" ? `PUT ${leave}` : `PUT ${leave}?node=n1.eu`,
      ]);
    });
  }
});
