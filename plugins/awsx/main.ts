import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/awsx/package.json";
import { whenEngineGone } from "../engine-gone";
import { VPC, Vpc } from "./vpc";

let announced = false;

/** Says what it is, once, where the user sees it. */
async function announce(): Promise<void> {
  if (announced) return;
  announced = true;
  await pulumi.log.info(`the awsx plugin in use is pulumi-cos's stand-in for version ${version}`);
}

/** The stand-in for the awsx plugin: `awsx:ec2:Vpc` with subnets in given blocks. */
const provider: pulumi.provider.Provider = {
  version,
  schema: JSON.stringify({ name: "awsx", version, resources: { [VPC]: { isComponent: true } } }),

  async construct(name, type, inputs, options) {
    if (type !== VPC) throw new Error(`the stand-in awsx plugin does not implement ${type}, only ${VPC}`);
    await announce();
    return Vpc.construct(name, inputs, options);
  },
};

whenEngineGone(() => process.exit(0));
void pulumi.provider.main(provider, process.argv.slice(2));
