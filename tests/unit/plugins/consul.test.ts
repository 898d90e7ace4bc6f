import assert from "node:assert/strict";
import { consulStandIn } from "../../../plugins/consul/consul";
import { settingsOf } from "../../../plugins/consul/config";
import { Provider } from "../../../plugins/provider";
import { type ValueMap, plainMap } from "../../../plugins/value";
import { useHttpDouble } from "../../support/http-double";

const TYPE = "consul:index/autopilotConfig:AutopilotConfig";
const PATH = "/v1/operator/autopilot/configuration";
const target = { type: TYPE, name: "it", urn: `urn:pulumi:test::test::${TYPE}::it` };

describe("the stand-in consul plugin's settings", () => {
  it("come from the inputs first, then from Consul's environment variables", () => {
    const env = { CONSUL_HTTP_ADDR: "10.0.0.1:8500", CONSUL_HTTP_TOKEN: "t", CONSUL_HTTP_AUTH: "user" };
    const found = settingsOf({}, env);
    assert.equal(found.address.href, "http://10.0.0.1:8500/");
    assert.deepEqual(found.headers, { "X-Consul-Token": "t", Authorization: `Basic ${btoa("user:")}` });
    assert.equal(settingsOf({ address: "https://consul:8501" }, env).address.href, "https://consul:8501/");
    assert.equal(settingsOf({ address: "consul:8501", scheme: "https" }, env).address.href, "https://consul:8501/");
    assert.equal(settingsOf({ token: "own" }, env).headers["X-Consul-Token"], "own");
    assert.equal(settingsOf({}, {}).address.href, "http://localhost:8500/");
    assert.equal(settingsOf({}, { CONSUL_HTTP_SSL: "true" }).address.protocol, "https:");
  });

  it("say what is wrong", () => {
    assert.throws(
      () => settingsOf({ insecureHttps: true }, {}),
      /insecure_https is meant to be used when scheme is https/,
    );
    assert.deepEqual(settingsOf({ insecureHttps: true, scheme: "https" }, {}).tls, { rejectUnauthorized: false });
    assert.throws(() => settingsOf({ scheme: "ftp" }, {}), /scheme must be http or https, but is "ftp"/);
    assert.throws(
      () => settingsOf({ address: "unix:///run/consul.sock" }, {}),
      /does not implement addresses with unix:/,
    );
    assert.throws(() => settingsOf({ caFile: "/no/such" }, {}), /caFile cannot be read/);
    assert.throws(() => settingsOf({ caFile: "a", caPem: "b" }, {}), /caPem and caFile exclude each other/);
    assert.throws(() => settingsOf({}, { CONSUL_CACERT: "/" }), /does not implement directories of certificates/);
  });
});

describe("the stand-in consul plugin's autopilot", () => {
  const double = useHttpDouble();

  function provider(config: ValueMap = {}): Provider<unknown> {
    const made = new Provider(consulStandIn({ PULUMI_COS_CONSUL_PATIENCE_SECONDS: "0" }));
    made.configure({ address: double().url, ...config });
    return made;
  }

  const stored = {
    CleanupDeadServers: true,
    LastContactThreshold: "200ms",
    MaxTrailingLogs: 250,
    ServerStabilizationTime: "10s",
    RedundancyZoneTag: "",
    DisableUpgradeMigration: false,
    UpgradeVersionTag: "",
  };

  async function create(inputs: ValueMap, config: ValueMap = {}) {
    const standIn = provider(config);
    const checked = standIn.check(target, {}, inputs, { seed: Buffer.from("seed") });
    assert.deepEqual(checked.failures, []);
    return standIn.create(target, checked.inputs, false);
  }

  it("is written whole, in the agent's datacenter where none is named", async () => {
    double().answers = {
      "/v1/agent/self": { body: { Config: { Datacenter: "dc9" } } },
      [PATH]: ({ method }) => ({ body: method === "GET" ? stored : true }),
    };
    const { id, outputs } = await create({ lastContactThreshold: "0.5s" });
    assert.equal(id, "consul-autopilot-dc9");
    assert.equal(plainMap(outputs)["lastContactThreshold"], "200ms");
    const put = double().requests.find(({ method }) => method === "PUT");
    assert.equal(put?.url, `${PATH}?dc=dc9`);
    assert.deepEqual(JSON.parse(put.body), { ...stored, LastContactThreshold: "500ms" });
  });

  it("is written in the resource's datacenter, else the provider's", async () => {
    double().answers = { [PATH]: ({ method }) => ({ body: method === "GET" ? stored : true }) };
    assert.equal((await create({ datacenter: "a" }, { datacenter: "b" })).id, "consul-autopilot-a");
    assert.equal((await create({}, { datacenter: "b" })).id, "consul-autopilot-b");
  });

  it("tells what Consul answers", async () => {
    double().answers = { [PATH]: { status: 403, body: "Permission denied" } };
    await assert.rejects(
      create({ datacenter: "a" }),
      /failed to update autopilot configuration: Unexpected response code: 403 \(Permission denied\)/,
    );
  });
});
