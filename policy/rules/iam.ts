import { type Inputs, maps, texts } from "../../components/inputs";
import { resourceRule } from "../rule";

/** Actions that only look, by how AWS names them: many of them take no resource but all. */
const looks = /^[a-z0-9-]+:(Describe|Get|List|Head|BatchGet|Lookup|View)/i;

/** Actions that take no resource but all (Service Authorization Reference): the SSM agent's. */
const resourceless = /^(ssmmessages:|ssm:UpdateInstanceInformation$|ec2messages:)/;

/** Policies of identities say what may be done, to what. */
export const noWildcardIam = resourceRule(
  "no-wildcard-iam",
  "Policies allow no wildcards: neither all actions of a service, nor to change any resource without a condition.",
  [
    "aws:iam/policy:Policy",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/userPolicy:UserPolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/role:Role",
  ],
  (inputs) => {
    const documents = [inputs["policy"], ...maps(inputs["inlinePolicies"]).map(({ policy }) => policy)];
    return documents
      .flatMap(statementsOf)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(wildcards);
  },
);

function statementsOf(policy: unknown): Inputs[] {
  try {
    const { Statement } = (typeof policy === "string" ? JSON.parse(policy) : (policy ?? {})) as { Statement?: unknown };
    return Array.isArray(Statement) ? maps(Statement) : maps([Statement]);
  } catch {
    return [];
  }
}

function wildcards(statement: Inputs): string[] {
  const actions = texts(statement["Action"]);
  const all = actions.filter((action) => action === "*" || action.endsWith(":*"));
  const found = all.map((action) => `It allows all of ${action}: name the actions.`);
  if (statement["NotAction"] !== undefined)
    found.push("It allows all but some actions (NotAction): name those that it allows.");
  const changes = actions.filter(
    (action) => !all.includes(action) && !looks.test(action) && !resourceless.test(action),
  );
  const isAny = texts(statement["Resource"]).includes("*") || statement["NotResource"] !== undefined;
  if (isAny && statement["Condition"] === undefined && changes.length > 0) {
    found.push(`It allows ${changes.join(", ")} on any resource: name resources, or a condition.`);
  }
  return found;
}
