import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Cos } from "../../../components";
import { everythingCos, smallestCos } from "../../support/cos-arguments";
import { valueOf } from "../../../cli/preview/mock-engine";
import { runCos } from "../../support/stack-program";

const elb = "arn:aws:elasticloadbalancing:eu-central-1:123456789012";
const dns = (name: string) => `${name}.elb.eu-central-1.amazonaws.com`;
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const api = dns("cos-api-nlb");
const subnets = (tier: string) => [1, 2, 3].map((zone) => `cos-network-vpc-${tier}-${zone}-subnet`);

const balancer = (name: string) => ({
  dnsName: dns(name),
  zoneId: "Z0000000000001",
  loadBalancerArn: `${elb}:loadbalancer/${name}`,
  loadBalancerName: name,
});

const pool = (name: string, nodePool: string, minSize: number, maxSize: number) => ({
  datacenter: name,
  nodePool,
  minSize,
  maxSize,
  autoScalingGroupName: `cos-nomad-${name}-nodes-group`,
  securityGroupId: `cos-nomad-${name}-security-group-id`,
  roleArn: role(`cos-nomad-${name}-nodes-role`),
  roleName: `cos-nomad-${name}-nodes-role`,
  launchTemplateId: `cos-nomad-${name}-nodes-template-id`,
});

/** Values of the outputs that a stack exports as `cluster`, as the engine writes them: without what is undefined. */
async function exported(cos: Cos): Promise<unknown> {
  return JSON.parse(JSON.stringify(await valueOf(pulumi.output(cos.outputs)))) as unknown;
}

describe("outputs of Cos", function () {
  this.timeout(60_000);

  it("tell all that there is of a cluster with everything", async () => {
    const { cos } = await runCos(everythingCos);
    assert.deepEqual(await exported(cos), {
      name: "blue",
      region: "eu-central-1",
      vpcId: "cos-network-vpc-id",
      cidrBlock: "10.40.0.0/16",
      natAddresses: ["192.0.2.1"],
      subnetIds: {
        public: subnets("public"),
        services: subnets("services"),
        backoffice: subnets("backoffice"),
        "content-connector": subnets("content-connector"),
      },
      consul: {
        address: `https://${api}:8501`,
        datacenter: "europe",
        servers: 5,
        joinTag: { key: "cos-consul-servers", value: "blue" },
        autoScalingGroupName: "cos-consul-servers-group",
        securityGroupId: "cos-consul-security-group-id",
        roleArn: role("cos-consul-servers-role"),
        roleName: "cos-consul-servers-role",
        launchTemplateId: "cos-consul-servers-template-id",
      },
      nomad: {
        address: `https://${api}:4646`,
        region: "europe",
        servers: 3,
        joinTag: { key: "cos-nomad-servers", value: "blue" },
        autoScalingGroupName: "cos-nomad-servers-group",
        serverSecurityGroupId: "cos-nomad-server-security-group-id",
        clientSecurityGroupId: "cos-nomad-client-security-group-id",
        serviceSecurityGroupId: "cos-nomad-service-security-group-id",
        roleArn: role("cos-nomad-servers-role"),
        roleName: "cos-nomad-servers-role",
        launchTemplateId: "cos-nomad-servers-template-id",
        pools: { web: pool("web", "web", 2, 2), jobs: pool("jobs", "web", 1, 1), idle: pool("idle", "idle", 0, 5) },
      },
      ingresses: {
        public: {
          url: `https://${dns("cos-public-alb")}`,
          ...balancer("cos-public-alb"),
          targetGroupArn: `${elb}:targetgroup/cos-public-fabio`,
          listenerArns: { http: `${elb}:listener/cos-public-http`, https: `${elb}:listener/cos-public-https` },
          securityGroupId: "cos-public-security-group-id",
        },
        office: {
          url: `http://${dns("cos-office-alb")}`,
          ...balancer("cos-office-alb"),
          targetGroupArn: `${elb}:targetgroup/cos-office-fabio`,
          listenerArns: { http: `${elb}:listener/cos-office-http` },
          securityGroupId: "cos-office-security-group-id",
        },
      },
      apiAccess: { ...balancer("cos-api-nlb"), securityGroupId: "cos-api-security-group-id" },
      uiAccess: {
        urls: {
          consul: `http://${dns("cos-ui-alb")}:8501`,
          nomad: `http://${dns("cos-ui-alb")}:4646`,
          fabio: `http://${dns("cos-ui-alb")}:9000`,
        },
        ...balancer("cos-ui-alb"),
        targetGroupArns: {
          consul: `${elb}:targetgroup/cos-ui-consul`,
          nomad: `${elb}:targetgroup/cos-ui-nomad`,
          fabio: `${elb}:targetgroup/cos-ui-fabio`,
        },
        listenerArns: {
          consul: `${elb}:listener/cos-ui-consul`,
          nomad: `${elb}:listener/cos-ui-nomad`,
          fabio: `${elb}:listener/cos-ui-fabio`,
        },
      },
      bastion: { publicIp: "192.0.2.22", keyName: "operators", loginCommand: "ssh ec2-user@192.0.2.22" },
      registry: { urls: { "shop/api": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/cos-registry-shop/api" } },
      fileSystem: {
        id: "cos-file-system-files-id",
        dnsName: "cos-file-system-files.efs.eu-central-1.amazonaws.com",
      },
      outdatedNodes: 0,
      loginCommand: "aws ssm start-session --region eu-central-1 --target INSTANCE_ID",
    });
  });

  it("leave out what is not there", async () => {
    const { cos } = await runCos(smallestCos);
    const outputs = (await exported(cos)) as { ingresses: object; nomad: { pools: object } };
    assert.deepEqual(Object.keys(outputs), [
      ...[
        "name",
        "region",
        "vpcId",
        "cidrBlock",
        "natAddresses",
        "subnetIds",
        "consul",
        "nomad",
        "ingresses",
        "apiAccess",
      ],
      ...["outdatedNodes", "loginCommand"],
    ]);
    assert.deepEqual(outputs.ingresses, {});
    assert.deepEqual(outputs.nomad.pools, {
      "public-services": pool("public-services", "public-services", 2, 4),
      "private-services": pool("private-services", "private-services", 2, 4),
    });
  });
});
