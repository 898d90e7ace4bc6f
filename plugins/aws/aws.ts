import type { StandIn } from "../stand-in";
import { type Cloud, cloudOf, configSchema } from "./cloud";
import { functions } from "./functions";
import { resources } from "./resources";
import type { Schema } from "./schema";
import table from "./schema.json";

const schema: Schema = table;

/**
 * The stand-in for the aws plugin. There is no AWS behind it, only a pretended account: the resources and functions that
 * the COS uses, refused where the real plugin or AWS would refuse them.
 */
export function awsStandIn(env: NodeJS.ProcessEnv): StandIn<Cloud> {
  return {
    name: "aws",
    version: schema.version,
    comparison: "state",
    config: configSchema,
    configure: (config) => cloudOf(config, env),
    resources: resources(schema),
    functions: functions(schema),
  };
}
