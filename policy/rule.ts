import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Inputs } from "../components/inputs";

/** A rule of the pack. */
export type Rule = ResourceValidationPolicy | StackValidationPolicy;

/** Makes a rule for the resources of some types. Its check says what is wrong with one, and what would be right. */
export function resourceRule(
  name: string,
  description: string,
  types: string[],
  check: (inputs: Inputs, type: string, config: Inputs) => string[],
  configSchema?: ResourceValidationPolicy["configSchema"],
): ResourceValidationPolicy {
  return {
    name,
    description,
    ...(configSchema && { configSchema }),
    validateResource: (args, report) => {
      if (!types.includes(args.type)) return;
      for (const violation of check(args.props as Inputs, args.type, args.getConfig<Inputs>())) report(violation);
    },
  };
}
