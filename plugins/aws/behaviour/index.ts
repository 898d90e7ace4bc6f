import type { Behaviour } from "./behaviour";
import { computeBehaviours } from "./compute";
import { endpointBehaviours } from "./endpoints";
import { gatewayBehaviours } from "./gateways";
import { identityBehaviours } from "./identity";
import { listenerBehaviours } from "./listeners";
import { loadBalancerBehaviours } from "./load-balancer";
import { namingBehaviours } from "./naming";
import { networkBehaviours } from "./network";
import { observationBehaviours } from "./observation";
import { secretBehaviours } from "./secrets";
import { securityGroupBehaviours } from "./security-groups";
import { storageBehaviours } from "./storage";
import { targetGroupBehaviours } from "./target-group";

/** What each resource does, by token. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  ...networkBehaviours,
  ...gatewayBehaviours,
  ...endpointBehaviours,
  ...securityGroupBehaviours,
  ...computeBehaviours,
  ...loadBalancerBehaviours,
  ...targetGroupBehaviours,
  ...listenerBehaviours,
  ...identityBehaviours,
  ...storageBehaviours,
  ...secretBehaviours,
  ...namingBehaviours,
  ...observationBehaviours,
};
