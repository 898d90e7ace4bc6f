// The smallest COS: three servers each of Consul and Nomad, and one pool, whose fabio a load balancer is in front of.
import * as pulumi from "@pulumi/pulumi";
import { Cos } from "pulumi-cos";

const operatorCidr = new pulumi.Config().require("operatorCidr");

const cos = new Cos("cos", {
  nomad: { pools: [{ name: "services", instanceTypes: ["t4g.small"], minSize: 2 }] },
  ingresses: [{ name: "public", pools: ["services"], protocol: "http" }],
  apiAccess: { allowedCidrs: [operatorCidr] },
});

export const nomadAddress = cos.nomadAddress;
export const url = cos.ingresses["public"]?.url;
