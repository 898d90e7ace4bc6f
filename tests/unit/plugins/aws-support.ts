import { awsStandIn } from "../../../plugins/aws/aws";
import type { Cloud } from "../../../plugins/aws/cloud";
import type { ValueMap } from "../../../plugins/value";
import { Driven } from "./driven";

/** The stand-in for AWS in a region. */
export class Aws extends Driven<Cloud> {
  /** @param config the provider's inputs  @param env the plugin's environment */
  constructor(config: ValueMap = {}, env: NodeJS.ProcessEnv = {}) {
    super(awsStandIn({ AWS_REGION: "eu-central-1", ...env }), config);
  }
}
