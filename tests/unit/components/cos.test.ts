import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { Cos, type CosArgs, NomadJobs } from "../../../components";
import { secretId } from "../../../components/acl-token/secret-id";
import { everythingCos, Resources, smallestCos } from "../../support/cos-arguments";
import { valueOf } from "../../../cli/preview/mock-engine";
import { watch } from "../../support/mock-requests";
import { runCos, runProgram } from "../../support/stack-program";

const api = "https://cos-api-nlb.elb.eu-central-1.amazonaws.com";
const caPem = "certificate cos-authority-1\n";

/** Secret of a management token. */
const management = (product: string) => secretId(`password of cos-acl-${product}-management-1`);

/** How many resources of each type there are. */
function counts(resources: Resources): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { type } of resources.all) found[type] = (found[type] ?? 0) + 1;
  return found;
}

/** The keys of outputs, of all levels: where an output is, there are none below. */
function keysOf(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}.${key}`));
}

describe("Cos", function () {
  this.timeout(60_000);
  let smallest: Resources;
  let smallestMade: Cos;
  let everything: Resources;
  let everythingMade: Cos;

  before(async () => {
    const small = await runCos(smallestCos);
    [smallest, smallestMade] = [Resources.of(small.engine), small.cos];
    const all = await runCos(everythingCos);
    [everything, everythingMade] = [Resources.of(all.engine), all.cos];
  });

  it("is a network, an image, servers, two pools, a way to the APIs and a gate, where nothing else is said", () => {
    const children = smallest.all.filter(({ parent }) => parent === "cos");
    assert.deepEqual(new Resources(children).shape, [
      "cos:index:ApiAccess cos-api",
      "cos:index:CertificateAuthority cos-authority",
      "cos:index:ClusterAcl cos-acl",
      "cos:index:ClusterRecord cos-record",
      "cos:index:ClusterSettings cos-settings",
      "cos:index:ConsulAcl cos-consul-acl",
      "cos:index:ConsulCluster cos-consul",
      "cos:index:GossipKeyring cos-gossip-consul",
      "cos:index:GossipKeyring cos-gossip-nomad",
      "cos:index:MachineImage cos-image-arm64",
      "cos:index:Network cos-network",
      "cos:index:NodeSecrets cos-secrets",
      "cos:index:NomadAcl cos-nomad-acl",
      "cos:index:NomadCluster cos-nomad",
      "cos:index:ReadyGate cos-ready",
      "cos:index:ServerRollout cos-consul-rollout",
      "cos:index:ServerRollout cos-nomad-rollout",
      "pulumi:providers:consul cos-consul-api",
      "pulumi:providers:nomad cos-nomad-api",
    ]);
    assert.equal(smallest.one("cos").parent, undefined);
    assert.deepEqual(smallest.names(smallest.ofType("NodeGroup")), [
      "cos-consul-servers",
      "cos-nomad-private-services-nodes",
      "cos-nomad-public-services-nodes",
      "cos-nomad-servers",
    ]);
  });

  it("has these resources in all, and no others", () => {
    assert.deepEqual(counts(smallest), {
      "aws:autoscaling/attachment:Attachment": 2,
      "aws:autoscaling/group:Group": 4,
      "aws:autoscaling/lifecycleHook:LifecycleHook": 4,
      "aws:ec2/launchTemplate:LaunchTemplate": 4,
      "aws:ec2/securityGroup:SecurityGroup": 7,
      "aws:ec2/vpcEndpoint:VpcEndpoint": 1,
      "aws:iam/instanceProfile:InstanceProfile": 4,
      "aws:iam/role:Role": 4,
      "aws:iam/rolePolicy:RolePolicy": 4,
      "aws:kms/key:Key": 1,
      "aws:lb/listener:Listener": 2,
      "aws:lb/loadBalancer:LoadBalancer": 1,
      "aws:lb/targetGroup:TargetGroup": 2,
      "aws:ssm/parameter:Parameter": 30,
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": 36,
      "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": 32,
      "awsx:ec2:Vpc": 1,
      "command:local:Command": 8,
      "consul:index/autopilotConfig:AutopilotConfig": 1,
      "cos:index:AclToken": 12,
      "cos:index:ApiAccess": 1,
      "cos:index:Certificate": 4,
      "cos:index:CertificateAuthority": 1,
      "cos:index:ClientPool": 2,
      "cos:index:ClusterAcl": 1,
      "cos:index:ClusterRecord": 1,
      "cos:index:ClusterSettings": 1,
      "cos:index:ConsulAcl": 1,
      "cos:index:ConsulCluster": 1,
      "cos:index:Cos": 1,
      "cos:index:GossipKeyring": 2,
      "cos:index:MachineImage": 1,
      "cos:index:Network": 1,
      "cos:index:NodeGroup": 4,
      "cos:index:NodeSecrets": 1,
      "cos:index:NomadAcl": 1,
      "cos:index:NomadCluster": 1,
      "cos:index:NomadLogins": 1,
      "cos:index:ReadyGate": 1,
      "cos:index:ServerRollout": 2,
      "nomad:index/aclAuthMethod:AclAuthMethod": 1,
      "nomad:index/aclBindingRule:AclBindingRule": 1,
      "nomad:index/aclPolicy:AclPolicy": 4,
      "nomad:index/schedulerConfig:SchedulerConfig": 1,
      "pulumi:providers:consul": 1,
      "pulumi:providers:nomad": 1,
      "random:index/randomPassword:RandomPassword": 14,
      "tls:index/certRequest:CertRequest": 4,
      "tls:index/locallySignedCert:LocallySignedCert": 4,
      "tls:index/privateKey:PrivateKey": 6,
      "tls:index/selfSignedCert:SelfSignedCert": 1,
    });
  });

  it("records that the clusters have formed, once they have, unless it is being restored", async () => {
    const records = smallest.all.filter(({ parent }) => parent === "cos-record");
    assert.deepEqual(records.map(({ name, inputs }) => [name, (inputs as { name: string }).name]).sort(), [
      ["cos-record-consul", "/cos/cos-consul-security-group-id/formed"],
      ["cos-record-nomad", "/cos/cos-nomad-server-security-group-id/formed"],
    ]);
    assert.deepEqual(smallest.one("cos-record").dependsOn, ["cos-ready-gate"]);
    const restoring = Resources.of((await runCos({ ...smallestCos, restoring: true })).engine);
    const others = smallest.all.filter(({ name, parent }) => name !== "cos-record" && parent !== "cos-record");
    assert.deepEqual(restoring.shape, new Resources(others).shape);
  });

  it("has all nodes in the private subnets, on one image, and the way to the APIs in the public ones", () => {
    const subnets = (tier: string) => [1, 2, 3].map((zone) => `cos-network-vpc-${tier}-${zone}-subnet`);
    for (const { name, inputs } of smallest.ofType("autoscaling/group:Group")) {
      assert.deepEqual((inputs as { vpcZoneIdentifiers: unknown }).vpcZoneIdentifiers, subnets("services"), name);
    }
    for (const { name, inputs } of smallest.ofType("LaunchTemplate")) {
      assert.equal((inputs as { imageId: unknown }).imageId, "ami-0123456789abcdef0", name);
    }
    assert.deepEqual(smallest.inputs("cos-api-nlb").subnets, subnets("public"));
  });

  it("waits for the servers and for both pools, with everything in place that the way to them needs", () => {
    assert.deepEqual(smallest.inputs("cos-ready-gate").environment, {
      CONSUL_HTTP_ADDR: `${api}:8501`,
      NOMAD_ADDR: `${api}:4646`,
      COS_CA_PEM: caPem,
      CONSUL_TLS_SERVER_NAME: "server.eu-central-1.consul",
      NOMAD_TLS_SERVER_NAME: "server.eu-central-1.nomad",
      CONSUL_HTTP_TOKEN: { secret: management("consul") },
      NOMAD_TOKEN: { secret: management("nomad") },
      COS_GATE: JSON.stringify({
        consulServers: 3,
        nomadServers: 3,
        nodePools: ["private-services", "public-services"],
        minClients: { "private-services": 2, "public-services": 2 },
        timeoutSeconds: 900,
      }),
    });
    // Components are waited for by all that they have.
    const parts = ["cos-network", "cos-consul", "cos-nomad", "cos-api"];
    const ofParts = smallest.all.filter(({ name, type }) => {
      return !type.startsWith("cos:") && parts.some((part) => name.startsWith(`${part}-`));
    });
    // Who is let in by Consul is said once Nomad is there.
    const later = ["cos-consul-api", "cos-nomad-api", "cos-consul-acl-consul"];
    const awaited = smallest.names(ofParts).filter((name) => !later.includes(name));
    assert.deepEqual(smallest.one("cos-ready").dependsOn, awaited);
    assert.equal(awaited.length, 117);
  });

  it("replaces servers before that, Consul's first, and keeps them where that is not wanted", async () => {
    const [consul, nomad] = ["cos-consul-rollout-servers", "cos-nomad-rollout-servers"].map((name) =>
      smallest.one(name),
    );
    const rollout = (of: typeof consul) => {
      const { environment } = of?.inputs as { environment: Record<string, string> };
      return JSON.parse(environment.COS_ROLLOUT ?? "") as Record<string, unknown>;
    };
    const common = { servers: 3, timeoutSeconds: 900 };
    const { template, ...given } = rollout(consul);
    assert.deepEqual(given, { product: "Consul", group: "cos-consul-servers-group", ...common });
    assert.equal(template, await valueOf(smallestMade.consul.nodeTemplateTag));
    assert.equal(rollout(nomad).product, "Nomad");
    assert.ok(smallest.one("cos-nomad-rollout").dependsOn.includes("cos-consul-rollout-servers"));
    for (const pool of ["public-services", "private-services"]) {
      const { dependsOn } = smallest.one(`cos-nomad-${pool}`);
      assert.ok(dependsOn.includes("cos-nomad-rollout-servers"), "clients are not to be newer than servers");
    }
    const { engine } = await runCos({ ...smallestCos, replaceServers: false });
    assert.deepEqual(Resources.of(engine).ofType("ServerRollout"), []);
  });

  it("has providers of both APIs, and settings through them once the gate is open", () => {
    const [token, nomadToken] = [{ secret: management("consul") }, { secret: management("nomad") }];
    assert.deepEqual(smallest.inputs("cos-consul-api"), { address: `${api}:8501`, caPem, token });
    assert.deepEqual(smallest.inputs("cos-nomad-api"), { address: `${api}:4646`, caPem, secretId: nomadToken });
    assert.deepEqual(smallest.one("cos-settings").dependsOn, ["cos-ready-gate"]);
    const autopilot = smallest.one("cos-settings-consul-autopilot");
    assert.equal(autopilot.provider, "cos-consul-api");
    assert.deepEqual(autopilot.inputs, {
      cleanupDeadServers: true,
      lastContactThreshold: "1s",
      maxTrailingLogs: 250,
      serverStabilizationTime: "10s",
    });
    const scheduler = smallest.one("cos-settings-scheduler");
    assert.equal(scheduler.provider, "cos-nomad-api");
    assert.deepEqual(scheduler.inputs, {
      schedulerAlgorithm: "binpack",
      memoryOversubscriptionEnabled: false,
      preemptionConfig: {
        batch_scheduler_enabled: false,
        service_scheduler_enabled: false,
        sysbatch_scheduler_enabled: false,
        system_scheduler_enabled: true,
      },
    });
    const settings = (of: Resources) =>
      JSON.parse(
        (of.inputs("cos-settings-autopilot").environment as { COS_AUTOPILOT: string }).COS_AUTOPILOT,
      ) as Record<"consul" | "nomad", { MinQuorum: number }>;
    assert.deepEqual([settings(smallest).consul.MinQuorum, settings(smallest).nomad.MinQuorum], [3, 3]);
    assert.deepEqual([settings(everything).consul.MinQuorum, settings(everything).nomad.MinQuorum], [5, 3]);
  });

  it("makes rules itself only between parts that do not know each other: ingresses, clients, the file system", () => {
    const own = (of: Resources) => {
      const names = of.names(of.all.filter(({ parent, type }) => parent === "cos" && type.endsWith("Rule")));
      const rules = of.rules();
      return Object.fromEntries(names.map((name) => [name, rules[name]]));
    };
    const both = (key: string, from: string, to: string, fromPort: number, toPort = fromPort) => ({
      [`cos-${key}-egress`]: {
        securityGroupId: from,
        referencedSecurityGroupId: to,
        ipProtocol: "tcp",
        fromPort,
        toPort,
      },
      [`cos-${key}-ingress`]: {
        securityGroupId: to,
        referencedSecurityGroupId: from,
        ipProtocol: "tcp",
        fromPort,
        toPort,
      },
    });
    const client = "cos-nomad-client-security-group-id";
    assert.deepEqual(own(smallest), {});
    // The pool "web" is behind both ingresses, and has its rules once.
    assert.deepEqual(own(everything), {
      ...both("client-to-efs-tcp-2049", client, "cos-file-system-efs-id", 2049),
      ...both("ingress-jobs-to-client-tcp-20000-32000", "cos-nomad-jobs-security-group-id", client, 20000, 32000),
      ...both("ingress-web-to-client-tcp-20000-32000", "cos-nomad-web-security-group-id", client, 20000, 32000),
    });
  });

  it("lets jobs use its providers, once the cluster is ready and set, and leave with it", async () => {
    const deletedWith: Record<string, string> = {};
    const jobs = { jobs: [{ file: "jobs/ping.nomad.hcl" }] };
    const { engine } = await runProgram(() => {
      watch("registerResource", (request) => {
        deletedWith[request.getName()] = request.getDeletedwith().split("::").slice(-2).join(" ");
      });
      return new NomadJobs("jobs", jobs, new Cos("cos", smallestCos).forJobs);
    });
    const resources = Resources.of(engine);
    const job = resources.one("jobs-ping");
    assert.equal(job.provider, "cos-nomad-api");
    assert.equal(job.parent, "jobs");
    assert.deepEqual(resources.one("jobs").dependsOn, [
      "cos-consul-acl-consul",
      "cos-ready-gate",
      "cos-settings-scheduler",
    ]);
    const gone = Object.keys(deletedWith).filter((name) => deletedWith[name] !== "");
    const settings = ["autopilot", "consul-autopilot", "gossip", "scheduler", "secrets"].map(
      (key) => `cos-settings-${key}`,
    );
    const ofAcl = resources.names(resources.all.filter(({ name }) => /^cos-(consul|nomad)-acl/.test(name)));
    // Of logins there are a method and a rule.
    assert.deepEqual(gone.sort(), [...new Set(ofAcl), "cos-settings", ...settings, "jobs", "jobs-ping"].sort());
    for (const name of gone) assert.equal(deletedWith[name], "cos:index:Cos$cos:index:NomadCluster cos-nomad", name);
  });

  it("shows all of itself in a preview, and what is not known yet as such", async () => {
    const { engine, cos } = await runCos(everythingCos, true);
    assert.deepEqual(Resources.of(engine).shape, everything.shape);
    assert.deepEqual(keysOf(cos.outputs), keysOf(everythingMade.outputs));
    for (const output of ["consulAddress", "nomadAddress", "warning", "vpcId", "outdatedNodes"] as const) {
      assert.equal(await valueOf<unknown>(cos[output]), undefined, output);
    }
    assert.equal(cos.clusterName, "blue");
    assert.equal(await valueOf(cos.region), "eu-central-1");
    assert.equal(cos.outputs.nomad.pools.web?.minSize, 2);
    const environment = Resources.of(engine).inputs("cos-ready-gate").environment as Record<string, string>;
    assert.deepEqual(
      environment.COS_GATE,
      (everything.inputs("cos-ready-gate").environment as typeof environment).COS_GATE,
    );
  });

  it("uses explicit providers for all that is AWS's, functions too, and its own for the APIs", async () => {
    const functions: Record<string, string[]> = {};
    const { engine } = await runProgram(() => {
      watch("invoke", (request) => {
        const provider = request.getProvider().split("::").at(-2) ?? "";
        functions[request.getTok()] = [...(functions[request.getTok()] ?? []), provider];
      });
      const providers = { aws: new aws.Provider("ours"), awsx: new awsx.Provider("ours-x") };
      return new Cos("cos", everythingCos, { providers });
    });
    const expected: Record<string, string> = {
      aws: "ours",
      awsx: "ours-x",
      consul: "cos-consul-api",
      nomad: "cos-nomad-api",
    };
    const wrong = engine.registered.filter(({ type, provider }) => {
      const wanted = expected[type.split(":")[0] ?? ""];
      return wanted !== undefined && provider !== wanted;
    });
    assert.deepEqual(wrong, []);
    assert.deepEqual(Object.keys(functions).sort(), [
      "aws:ec2/getAmiIds:getAmiIds",
      "aws:ec2/getInstances:getInstances",
      "aws:index/getCallerIdentity:getCallerIdentity",
      "aws:index/getPartition:getPartition",
      "aws:index/getRegion:getRegion",
      "aws:ssm/getParameter:getParameter",
    ]);
    for (const [token, used] of Object.entries(functions)) assert.deepEqual([...new Set(used)], ["ours"], token);
  });

  it("registers as outputs what it has as values", async () => {
    assert.deepEqual(smallest.one("cos").outputs, {
      clusterName: "cos-test",
      region: "eu-central-1",
      vpcId: "cos-network-vpc-id",
      subnetIds: await valueOf(pulumi.output(smallestMade.subnetIds)),
      consulAddress: `${api}:8501`,
      nomadAddress: `${api}:4646`,
      caPem,
      warning: "",
      outdatedNodes: 0,
      loginCommand: "aws ssm start-session --region eu-central-1 --target INSTANCE_ID",
    });
    for (const part of ["uiAccess", "bastion", "registry", "fileSystem"] as const) {
      assert.equal(smallestMade[part], undefined, part);
      assert.notEqual(everythingMade[part], undefined, part);
    }
  });

  it("refuses bad input of any part, all of it at once, before anything is registered", async () => {
    const wrong: CosArgs = {
      consul: { servers: 4 },
      nomad: { pools: [{ name: "a", instanceTypes: ["t4g.micro"], minSize: 2, maxSize: 1 }] },
      ingresses: [{ name: "public", pools: ["b"], protocol: "http" }],
      apiAccess: { allowedCidrs: ["0.0.0.0/0"] },
      readyTimeoutSeconds: 0,
    };
    const { engine } = await runProgram(() => {
      assert.throws(
        () => new Cos("cos", wrong),
        (error: unknown) => {
          assert.ok(pulumi.InputPropertiesError.isInstance(error), String(error));
          assert.match(error.message, /^Cos cannot be made/);
          const paths = error.errors.map(({ propertyPath }) => propertyPath);
          assert.deepEqual(paths, [
            "consul.servers",
            "nomad.pools[0].minSize",
            "ingresses[0].pools[0]",
            "apiAccess.allowedCidrs[0]",
            "readyTimeoutSeconds",
          ]);
          return true;
        },
      );
    });
    assert.deepEqual(engine.registered, []);
  });
});
