import assert from "node:assert/strict";
import { bill, totalOf } from "../../../../cli/cost/price";
import { inventoryOf } from "../../../../cli/cost/stack-inventory";
import { inventoryOfResources } from "../../../../cli/preview/inventory";
import { planOf } from "../../../../cli/stack-plan";
import type { CosArgs } from "../../../../components";
import { cosArgs, runCos } from "../../../support/stack-program";

const region = "eu-central-1";

describe("what AWS bills of the resources of a program", function () {
  this.timeout(60_000);

  const inventory = async (args: CosArgs) => inventoryOfResources((await runCos(args)).engine.registered, region);

  /** Clusters of different sizes and parts. */
  const clusters: Record<string, CosArgs> = {
    "the stack dev": cosArgs("dev"),
    "one with spot and data volumes, a bastion, UIs and endpoints": {
      clusterName: "large",
      network: { natGateways: "one-per-az", interfaceEndpoints: ["ssm", "ssmmessages"] },
      consul: { servers: 5 },
      nomad: {
        pools: [
          {
            name: "spot",
            instanceTypes: ["t4g.small", "t4g.medium"],
            minSize: 2,
            desiredSize: 3,
            maxSize: 5,
            spot: { share: 50 },
          },
          {
            name: "data",
            instanceTypes: ["t4g.micro"],
            dataVolumes: [{ device: "/dev/sdf", mountPoint: "/data", sizeGiB: 50 }],
            rootVolume: { sizeGiB: 20 },
          },
        ],
      },
      ingresses: [{ name: "web", pools: ["spot"], protocol: "http" }],
      apiAccess: { scheme: "internal", allowedCidrs: ["10.0.0.0/8"] },
      uiAccess: { allowedCidrs: ["198.51.100.0/24"], protocol: "http" },
      bastion: { keyName: "operators", allowedCidrs: ["198.51.100.0/24"] },
    },
  };

  for (const [what, args] of Object.entries(clusters)) {
    it(`is what its configuration says: ${what}`, async () => {
      const planned = inventoryOf(planOf("Pulumi.yaml", args, region), region);
      assert.deepEqual(await inventory(args), planned);
      assert.ok(totalOf(bill(planned)) > 100);
    });
  }
});
