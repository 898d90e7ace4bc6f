// A COS with two pools of spot instances beside a steady one: batch work on spot alone, of several types so that EC2 has a
// choice; web services half on spot.
import * as pulumi from "@pulumi/pulumi";
import { Cos } from "pulumi-cos";

const operatorCidr = new pulumi.Config().require("operatorCidr");

const cos = new Cos("cos", {
  nomad: {
    pools: [
      { name: "ingress", instanceTypes: ["t4g.small"], minSize: 2 },
      {
        name: "web",
        instanceTypes: ["m7g.large", "m6g.large"],
        minSize: 4,
        maxSize: 12,
        spot: { share: 50 },
      },
      {
        name: "batch",
        instanceTypes: ["c7g.xlarge", "c6g.xlarge", "m7g.xlarge", "m6g.xlarge"],
        minSize: 0,
        maxSize: 20,
        spot: { share: 100, strategy: "price-capacity-optimized" },
        serviceToService: false,
      },
    ],
  },
  ingresses: [{ name: "public", pools: ["ingress"], protocol: "http" }],
  apiAccess: { allowedCidrs: [operatorCidr] },
});

export const nomadAddress = cos.nomadAddress;
