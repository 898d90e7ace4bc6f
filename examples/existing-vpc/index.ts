// A COS in a VPC that is there already: only the IDs of its subnets are needed, in tiers with names of your own.
import * as pulumi from "@pulumi/pulumi";
import { Cos } from "pulumi-cos";

const config = new pulumi.Config();

const cos = new Cos("cos", {
  existingNetwork: {
    vpcId: config.require("vpcId"),
    subnetIds: {
      public: config.requireObject<string[]>("publicSubnetIds"),
      services: config.requireObject<string[]>("privateSubnetIds"),
    },
  },
  nomad: { pools: [{ name: "services", instanceTypes: ["m7g.large"], minSize: 3, maxSize: 9 }] },
  ingresses: [{ name: "public", pools: ["services"], certificateArn: config.require("certificateArn") }],
  apiAccess: { allowedCidrs: [config.require("operatorCidr")] },
});

export const nomadAddress = cos.nomadAddress;
