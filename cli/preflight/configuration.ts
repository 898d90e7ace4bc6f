import { Netmask } from "netmask";
import { type Architecture, architectureOf } from "../../components/instance-type";
import { imageLookup, notFound } from "../../components/machine-image/lookup";
import type { Aws } from "../aws";
import { type Check, describeTypes, type Result, type Subject } from "./check";

/** Blocks of documentation, RFC 5737 and RFC 3849: nobody's own addresses. */
const documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"].map((cidr) => new Netmask(cidr));

/** Whether a block is one of those that examples are written with. */
export function isPlaceholder(cidr: string): boolean {
  if (cidr.includes(":")) return cidr.toLowerCase().startsWith("2001:db8:");
  try {
    const block = new Netmask(cidr);
    return documentation.some((placeholder) => placeholder.contains(block));
  } catch {
    return false;
  }
}

function cidrs({ plan }: Subject): Promise<Result> {
  const { ingresses = [], apiAccess, uiAccess, bastion } = plan.args;
  const lists: [path: string, cidrs: readonly string[] | undefined][] = [
    ...ingresses.map(({ allowedCidrs }, i): [string, string[] | undefined] => [`ingresses[${i}]`, allowedCidrs]),
    ["apiAccess", apiAccess?.allowedCidrs],
    ["uiAccess", uiAccess?.allowedCidrs],
    ["bastion", bastion?.allowedCidrs],
  ];
  const found = lists.flatMap(([path, list = []]) =>
    list.filter(isPlaceholder).map((cidr) => `cos:${path}.allowedCidrs has ${cidr}`),
  );
  return Promise.resolve(
    found.length === 0
      ? { state: "ok", said: "no placeholder among them" }
      : {
          state: "failed",
          said: `${found.join("; ")}: a block of documentation, nobody's own addresses`,
          remedy: "put your own there: curl -s https://checkip.amazonaws.com tells the one that you have here",
        },
  );
}

async function instanceTypes({ aws, plan }: Subject): Promise<Result> {
  const types = [...new Set(plan.groups.flatMap((group) => group.instanceTypes))];
  await describeTypes(aws, types);
  return { state: "ok", said: types.join(", ") };
}

interface Image {
  ImageId: string;
  Architecture: Architecture;
}

/** The architectures that the nodes' instance types have. */
function architecturesOf({ plan }: Subject): Architecture[] {
  const found = plan.groups.flatMap(({ instanceTypes: [type = ""] }) => architectureOf(type) ?? []);
  return [...new Set(found)].sort();
}

async function imagesBy(aws: Aws, which: string[]): Promise<Image[]> {
  return (await aws.call<{ Images: Image[] }>(["ec2", "describe-images", ...which])).Images;
}

async function image(subject: Subject): Promise<Result[]> {
  const { aws, plan, region } = subject;
  const { image: args = {} } = plan.args;
  const { id } = args;
  if (args.bake) {
    return [
      { state: "ok", said: `the update bakes it for ${architecturesOf(subject).join(" and ")}, where there is none` },
    ];
  }
  return Promise.all(
    architecturesOf(subject).map(async (architecture): Promise<Result> => {
      const lookup = imageLookup(args, architecture);
      const filters = lookup.filters.map(({ name, values }) => `Name=${name},Values=${values.join(",")}`);
      const search = ["--owners", ...lookup.owners, "--filters", ...filters];
      const found = await imagesBy(aws, typeof id === "string" ? ["--image-ids", id] : search);
      const [suitable] = found.filter((one) => one.Architecture === architecture);
      if (suitable) return { state: "ok", said: `${suitable.ImageId} for ${architecture}` };
      if (typeof id !== "string") return { state: "failed", said: notFound(lookup, args) };
      return {
        state: "failed",
        said: `${id} in ${region} is not for ${architecture}, which the instance types are`,
        remedy: "say another image, or instance types of its architecture",
      };
    }),
  );
}

/** What the configuration asks for and may not get. */
export const configurationChecks: Check[] = [
  { name: "allowed addresses", run: cidrs },
  { name: "instance types", run: instanceTypes },
  { name: "machine image", run: image },
];
