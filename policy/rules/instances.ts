import { parse } from "yaml";
import { type Inputs, map, maps } from "../../components/inputs";
import { readContent, readUserData } from "../../components/node/read-user-data";
import { resourceRule } from "../rule";

const instances = ["aws:ec2/launchTemplate:LaunchTemplate", "aws:ec2/instance:Instance"];

/** Instances answer for their credentials by IMDSv2 alone: version 1 hands them to whatever can make them fetch a URL. */
export const imdsv2 = resourceRule(
  "imdsv2",
  "Instances have IMDSv2 alone, or no metadata service.",
  instances,
  (inputs) => {
    const { httpTokens, httpEndpoint } = map(inputs["metadataOptions"]);
    if (httpTokens === "required" || httpEndpoint === "disabled") return [];
    return ['IMDSv1 answers: set metadataOptions.httpTokens to "required".'];
  },
);

/** Nodes have no public address: a bastion may have one, by its tag. */
export const privateAddresses = resourceRule(
  "private-addresses",
  "Instances of launch templates have no public addresses.",
  ["aws:ec2/launchTemplate:LaunchTemplate"],
  (inputs) =>
    maps(inputs["networkInterfaces"])
      .filter(({ associatePublicIpAddress }) => String(associatePublicIpAddress) === "true")
      .map(() => 'Its instances have public addresses: set associatePublicIpAddress to "false".'),
);

/** A group follows one version of its template, which `pulumi preview` shows: `$Latest` changes without a word. */
export const pinnedLaunchTemplate = resourceRule(
  "pinned-launch-template",
  "Auto Scaling groups name the version of their launch template.",
  ["aws:autoscaling/group:Group"],
  (inputs) => {
    const mixed = map(map(map(inputs["mixedInstancesPolicy"])["launchTemplate"])["launchTemplateSpecification"]);
    const versions = [map(inputs["launchTemplate"]), mixed].filter((each) => Object.keys(each).length > 0);
    return versions
      .map(({ version }) => version ?? "$Default")
      .filter((version) => version === "$Latest" || version === "$Default")
      .map((version) => `Its launch template's version is ${version}: take the template's output latestVersion.`);
  },
);

/** Texts that are secrets by their form, whoever wrote them. */
const secretForms: [what: string, form: RegExp][] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ["an AWS secret key", /aws_secret_access_key\s*[=:]\s*\S{20,}/i],
  ["a key of gossip", /"?encrypt"?\s*[=:]\s*"[A-Za-z0-9+/]{42,43}=*"/],
  [
    "a secret",
    /"?\b(?:password|passwd|secret_?id|secret_?key|token|initial_management|agent|default)"?\s*[=:]\s*"?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i,
  ],
  ["a password", /\b(?:password|passwd)"?\s*[=:]\s*"?[^\s"$<{][^\s"]{5,}/i],
];

/** User data is read by whoever is on the instance, and by whoever may describe it. */
export const noSecretsInUserData = resourceRule(
  "no-secrets-in-user-data",
  "User data has no secrets.",
  instances,
  (inputs) => {
    const given = [inputs["userData"], inputs["userDataBase64"]].filter((text) => typeof text === "string");
    const readable = given.map(readableOf).join("\n");
    return secretForms
      .filter(([, form]) => form.test(readable))
      .map(([what]) => `Its user data has ${what}: keep it in SSM or Secrets Manager, and let the instance fetch it.`);
  },
);

/** User data as it is given, as it arrives, and the files in it. */
function readableOf(userData: string): string {
  const text = readUserData(userData);
  return [userData, text, ...contentsOf(text)].join("\n");
}

function contentsOf(text: string): string[] {
  if (!text.startsWith("#cloud-config")) return [];
  try {
    const { write_files: files } = parse(text) as { write_files?: Inputs[] };
    return maps(files).flatMap(({ content, encoding }) =>
      typeof content === "string" ? (readContent(content, encoding) ?? content) : [],
    );
  } catch {
    return [];
  }
}
