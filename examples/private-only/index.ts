// A COS that nothing on the internet reaches: its load balancers have private addresses only. `pulumi up` has to run where
// it can reach the VPC: on a runner inside, or through the VPN.
import * as pulumi from "@pulumi/pulumi";
import { Cos } from "pulumi-cos";

const officeCidr = new pulumi.Config().require("officeCidr");
const vpcCidr = "10.40.0.0/16";

const cos = new Cos("cos", {
  network: { cidrBlock: vpcCidr, interfaceEndpoints: ["ssm", "ssmmessages", "ecr.api", "ecr.dkr"] },
  nomad: { pools: [{ name: "backoffice", instanceTypes: ["t4g.small"], minSize: 2 }] },
  ingresses: [
    {
      name: "backoffice",
      pools: ["backoffice"],
      scheme: "internal",
      allowedCidrs: [officeCidr, vpcCidr],
      protocol: "http",
    },
  ],
  apiAccess: { scheme: "internal", allowedCidrs: [officeCidr, vpcCidr] },
  uiAccess: { scheme: "internal", allowedCidrs: [officeCidr], protocol: "http" },
});

export const userInterfaces = cos.uiAccess?.urls;
