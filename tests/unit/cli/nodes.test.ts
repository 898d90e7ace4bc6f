import assert from "node:assert/strict";
import { nodes } from "../../../cli/verbs/nodes";
import { useDirectory } from "../../support/directory";
import { useHttpDouble } from "../../support/http-double";
import { awsStub } from "./aws-stub";
import { contextWith } from "./context";
import { clusterOutputs, stackOutputs } from "./outputs";

const health = (name: string, changes: object = {}) => ({
  Name: name,
  Address: "10.0.0.1:4647",
  SerfStatus: "alive",
  Version: "1.0.0",
  Leader: false,
  Voter: true,
  Healthy: true,
  ...changes,
});

const consulMember = (name: string, role: string, changes: object = {}) => ({
  Name: name,
  Addr: "10.0.0.1",
  Port: 8301,
  Status: 1,
  Tags: { role, dc: "eu-central-1", build: "1.22.5:abcdef" },
  ...changes,
});

const serverMember = (name: string, changes: object = {}) => ({
  Name: name,
  Addr: "10.0.0.2",
  Port: 4648,
  Status: "alive",
  Tags: { dc: "eu-central-1", build: "2.0.5" },
  ...changes,
});

const client = (id: string, pool: string, changes: object = {}) => ({
  ID: id,
  Name: `node-${id}`,
  Address: "10.0.0.3",
  Datacenter: pool,
  NodePool: pool,
  NodeClass: "",
  Version: "2.0.5",
  Status: "ready",
  StatusDescription: "",
  SchedulingEligibility: "eligible",
  Drain: false,
  ...changes,
});

describe("pulumi-cos nodes", () => {
  const consul = useHttpDouble();
  const nomad = useHttpDouble();
  const directory = useDirectory("cli-nodes");
  const outputs = (changes = {}) =>
    stackOutputs({
      consulAddress: consul().url,
      nomadAddress: nomad().url,
      cluster: clusterOutputs(changes),
    });
  const zones = {
    Attributes: {
      "platform.aws.placement.availability-zone": "eu-central-1a",
      "unique.platform.aws.instance-id": "i-0abc",
    },
  };
  const clients = [
    client("a1", "public-services"),
    client("a2", "public-services"),
    client("b1", "private-services"),
    client("b2", "private-services", { NodeClass: "big" }),
  ];

  beforeEach(() => {
    consul().answers = {
      "/v1/operator/autopilot/health": {
        body: { Healthy: true, Servers: [health("c1", { Leader: true }), health("c2"), health("c3")] },
      },
      "/v1/agent/members": { body: [consulMember("c1", "consul"), consulMember("n1", "node")] },
    };
    nomad().answers = {
      "/v1/operator/autopilot/health": {
        body: { Healthy: true, Servers: [health("s1.eu"), health("s2.eu", { Leader: true }), health("s3.eu")] },
      },
      "/v1/agent/members": { body: { Members: [serverMember("s1.eu"), serverMember("s2.eu")] } },
      "/v1/nodes": { body: clients },
      "/v1/node/a1": { body: zones },
    };
  });

  it("shows the agents of a healthy cluster, and exits 0", async () => {
    const { context, written } = contextWith(outputs());
    assert.equal(await nodes(context, {}), 0);
    assert.equal(
      written.out,
      `Consul agents
  NAME  ADDRESS        DATACENTER    ROLE    STATUS  VERSION
  c1    10.0.0.1:8301  eu-central-1  leader  alive   1.22.5
  n1    10.0.0.1:8301  eu-central-1  client  alive   1.22.5

Nomad servers
  NAME   ADDRESS        DATACENTER    ROLE    STATUS  VERSION
  s1.eu  10.0.0.2:4648  eu-central-1  server  alive   2.0.5
  s2.eu  10.0.0.2:4648  eu-central-1  leader  alive   2.0.5

Nomad clients
  ID  NAME     ADDRESS   DATACENTER        POOL              CLASS  ZONE           INSTANCE  STATUS  VERSION
  a1  node-a1  10.0.0.3  public-services   public-services          eu-central-1a  i-0abc    ready   2.0.5
  a2  node-a2  10.0.0.3  public-services   public-services                                   ready   2.0.5
  b1  node-b1  10.0.0.3  private-services  private-services                                  ready   2.0.5
  b2  node-b2  10.0.0.3  private-services  private-services  big                             ready   2.0.5

All is healthy.
`,
    );
  });

  it("names everything that is not well, and exits 1", async () => {
    consul().answers["/v1/operator/autopilot/health"] = {
      status: 429,
      body: { Healthy: false, Servers: [health("c1"), health("c2", { Healthy: false, SerfStatus: "failed" })] },
    };
    consul().answers["/v1/agent/members"] = {
      body: [consulMember("c1", "consul"), consulMember("c2", "consul", { Status: 4 })],
    };
    nomad().answers["/v1/agent/members"] = { body: { Members: [serverMember("s1.eu", { Status: "failed" })] } };
    nomad().answers["/v1/nodes"] = {
      body: [
        client("a1", "public-services"),
        client("a2", "public-services", { Status: "down", StatusDescription: "missed heartbeat" }),
        client("b1", "private-services"),
        client("b2", "private-services", { Drain: true, SchedulingEligibility: "ineligible" }),
      ],
    };
    const { context, written } = contextWith(outputs());
    assert.equal(await nodes(context, { json: true }), 1);
    const found = JSON.parse(written.out) as { problems: string[]; clients: { status: string }[] };
    assert.deepEqual(found.problems, [
      "Consul has no leader",
      "Consul's server c2 is not healthy: failed",
      "Consul has 1 of 3 servers as healthy voters",
      "Consul's agent c2 has failed",
      "Nomad server s1.eu has failed",
      "Nomad client node-a2 (a2) is down: missed heartbeat",
      "pool public-services has 1 of 2 clients ready",
      "pool private-services has 1 of 2 clients ready",
    ]);
    assert.deepEqual(
      found.clients.map(({ status }) => status),
      ["ready", "down", "ready", "ready, draining"],
    );
  });

  it("takes a client that has left after a drain for no problem", async () => {
    const gone = client("a3", "public-services", { Status: "down", SchedulingEligibility: "ineligible" });
    nomad().answers["/v1/nodes"] = { body: [...clients, gone] };
    const { context, written } = contextWith(outputs());
    assert.equal(await nodes(context, { json: true }), 0, written.out);
    const found = JSON.parse(written.out) as { clients: { status: string }[] };
    assert.equal(found.clients.at(-1)?.status, "left");
  });

  it("shows what it can where one API does not answer", async () => {
    const { context, written } = contextWith(outputs());
    await consul().stop();
    assert.equal(await nodes(context, {}), 1);
    assert.match(written.out, /^Consul agents\n {2}none\n\nNomad servers\n.*\n {2}s1\.eu /);
    assert.match(written.out, /! Consul's servers: http:\/\/127\.0\.0\.1:\d+ does not answer/);
  });

  it("sends the CLIs' tokens", async () => {
    const { context } = contextWith(outputs(), { NOMAD_TOKEN: "n-secret", CONSUL_HTTP_TOKEN: "c-secret" });
    await nodes(context, {});
    assert.ok(nomad().requests.every(({ headers }) => headers["x-nomad-token"] === "n-secret"));
    assert.ok(consul().requests.every(({ headers }) => headers["x-consul-token"] === "c-secret"));
  });

  it("names the nodes of an old launch template where the last up counted some", async () => {
    const env = awsStub((name, text) => directory.write(name, text), {
      "autoscaling describe-auto-scaling-groups": {
        AutoScalingGroups: [
          {
            AutoScalingGroupName: "cos-consul-asg",
            LaunchTemplate: { Version: "2" },
            Instances: [
              { InstanceId: "i-1", LaunchTemplate: { Version: "1" } },
              { InstanceId: "i-2", LaunchTemplate: { Version: "2" } },
            ],
          },
          {
            AutoScalingGroupName: "cos-spot-asg",
            MixedInstancesPolicy: { LaunchTemplate: { LaunchTemplateSpecification: { Version: "5" } } },
            Instances: [{ InstanceId: "i-3", LaunchTemplate: { Version: "4" } }],
          },
        ],
      },
    });
    const { context, written } = contextWith(outputs({ outdatedNodes: 2 }), env);
    assert.equal(await nodes(context, {}), 0);
    assert.match(
      written.out,
      /\nAn old launch template: i-1 of cos-consul-asg\nAn old launch template: i-3 of cos-spot-asg\nAll is healthy/,
    );
    assert.equal(
      directory.read("calls"),
      "autoscaling describe-auto-scaling-groups --auto-scaling-group-names cos-consul-asg cos-nomad-asg " +
        "cos-public-services-asg cos-private-services-asg --output json --region eu-central-1\n",
    );
  });
});
