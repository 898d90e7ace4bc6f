import type { Architecture } from "../instance-type";
import type { MachineImageArgs } from "./args";
import { pinnedVersions, versionTags } from "./versions";

/** A search for images, in the words of EC2's `DescribeImages`. */
export interface ImageLookup {
  owners: string[];
  filters: { name: string; values: string[] }[];
}

/** The search for the image that the arguments describe, where they have no `id`. */
export function imageLookup(args: MachineImageArgs, architecture: Architecture): ImageLookup {
  const tags = { ...versionTags({ ...pinnedVersions, ...args.version }), ...args.tags };
  const which = args.newest
    ? [{ name: "name", values: [args.newest.namePattern] }]
    : Object.entries(tags).map(([key, value]) => ({ name: `tag:${key}`, values: [value] }));
  return {
    owners: [args.newest?.owner ?? args.owner ?? "self"],
    filters: [
      { name: "architecture", values: [architecture] },
      { name: "state", values: ["available"] },
      // What instances of all current types boot from. (Not asked: a root device on EBS. All images that can be made today have
      // one, but those that emulators of EC2 make do not say so.)
      { name: "virtualization-type", values: ["hvm"] },
      ...which,
    ],
  };
}

/** What to say where a search finds nothing: what was looked for, and the ways to an image. */
export function notFound({ owners, filters }: ImageLookup, args: MachineImageArgs): string {
  const wanted = filters.map(({ name, values }) => `${name} ${values.join(" or ")}`).join(", ");
  const account = owners.map((owner) => (owner === "self" ? "this account" : owner)).join(", ");
  const isOwn = args.version === undefined && args.owner === undefined && args.tags === undefined;
  const ways = args.newest
    ? "Check newest.owner and newest.namePattern"
    : isOwn
      ? "Bake one: `npx pulumi-cos image build`, or `pulumi config set --path cos:image.bake true`"
      : "Make one with these programs and tags, or copy one to this region";
  return `no machine image of ${account} in this region has ${wanted}. ${ways}; or name an image by its ID: \`pulumi config set --path cos:image.id ami-…\`.`;
}
