import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";

/** A rule of the pack. */
export type Rule = ResourceValidationPolicy | StackValidationPolicy;

/** Inputs of a resource, or a part of them. */
export type Inputs = Record<string, unknown>;

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

/** A list of maps, or none: what else is there in its place is not looked at. */
export function maps(value: unknown): Inputs[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/** A map, or an empty one. */
export const map = (value: unknown): Inputs => (isMap(value) ? value : {});

/** A list of texts; a text alone is a list of one. */
export function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

const isMap = (value: unknown): value is Inputs => typeof value === "object" && value !== null && !Array.isArray(value);
