import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import { local } from "@pulumi/command";
import * as consul from "@pulumi/consul";
import * as nomad from "@pulumi/nomad";

new aws.ec2.SecurityGroup("group");
new awsx.ec2.Vpc("vpc", {
  subnetStrategy: "Auto",
  numberOfAvailabilityZones: 3,
  subnetSpecs: [{ type: "Public", cidrBlocks: ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"] }],
  natGateways: { strategy: "None" },
});
new local.Command("command", { create: "true" });
new consul.AutopilotConfig("autopilot");
new nomad.Namespace(
  "namespace",
  { name: "minimal" },
  { provider: new nomad.Provider("nomad", { address: "http://127.0.0.1:4646" }) },
);
