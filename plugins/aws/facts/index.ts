import type { Facts } from "../schema";
import { computeFacts } from "./compute";
import { identityFacts } from "./identity";
import { balancingFacts } from "./balancing";
import { namingFacts } from "./naming";
import { networkFacts } from "./network";
import { observationFacts } from "./observation";
import { storageFacts } from "./storage";

/** The resources that the stand-in implements, by token. */
export const facts: Readonly<Record<string, Facts>> = {
  ...networkFacts,
  ...computeFacts,
  ...balancingFacts,
  ...identityFacts,
  ...storageFacts,
  ...namingFacts,
  ...observationFacts,
};
