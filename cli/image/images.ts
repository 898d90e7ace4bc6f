import { inputsTag } from "../../components/machine-image/inputs";
import type { Aws } from "../aws";

/** A baked image of this account in one region. */
export interface BakedImage {
  id: string;
  name: string;
  /** When it was made: ISO 8601. */
  created: string;
  architecture: string;
  tags: Record<string, string>;
  snapshots: string[];
}

interface DescribedImage {
  ImageId: string;
  Name: string;
  CreationDate: string;
  Architecture: string;
  Tags?: { Key: string; Value: string }[];
  BlockDeviceMappings?: { Ebs?: { SnapshotId?: string } }[];
}

/** The images that were baked, the newest first. */
export async function bakedImages(aws: Aws, tags: Record<string, string> = {}): Promise<BakedImage[]> {
  const filters = Object.entries({ "cos-image": "true", ...tags }).map(([k, v]) => `Name=tag:${k},Values=${v}`);
  const { Images } = await aws.call<{ Images: DescribedImage[] }>([
    ...["ec2", "describe-images", "--owners", "self", "--filters", "Name=state,Values=available", ...filters],
  ]);
  return Images.map((image) => ({
    id: image.ImageId,
    name: image.Name,
    created: image.CreationDate,
    architecture: image.Architecture,
    tags: Object.fromEntries((image.Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    snapshots: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [Ebs.SnapshotId] : [])),
  })).sort((a, b) => (a.created < b.created ? 1 : -1));
}

/** The image that was made of these inputs, where there is one. */
export async function imageOfInputs(aws: Aws, inputs: string): Promise<string | undefined> {
  const [newest] = await bakedImages(aws, { [inputsTag]: inputs });
  return newest?.id;
}

/** What uses each image in this region, in words, by the image's ID: instances, and launch templates, which start them. */
export async function imageUses(aws: Aws): Promise<Map<string, string>> {
  const { Reservations = [] } = await aws.call<{ Reservations?: { Instances: { ImageId: string }[] }[] }>([
    ...["ec2", "describe-instances", "--filters"],
    "Name=instance-state-name,Values=pending,running,stopping,stopped",
  ]);
  const { LaunchTemplateVersions = [] } = await aws.call<{
    LaunchTemplateVersions?: { LaunchTemplateData: { ImageId?: string } }[];
  }>(["ec2", "describe-launch-template-versions", "--versions", "$Latest", "$Default"]);
  const instances = count(Reservations.flatMap(({ Instances }) => Instances.map(({ ImageId }) => ImageId)));
  const templates = count(LaunchTemplateVersions.flatMap(({ LaunchTemplateData: { ImageId } }) => ImageId ?? []));
  return new Map(
    [...new Set([...instances.keys(), ...templates.keys()])].map((id) => {
      const parts = [words(instances.get(id), "instance"), words(templates.get(id), "launch template version")];
      return [id, parts.filter((part) => part !== "").join(", ")];
    }),
  );
}

function count(ids: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

const words = (number: number | undefined, what: string): string =>
  number === undefined ? "" : `${number} ${what}${number === 1 ? "" : "s"}`;

/** Whether other accounts may start instances of an image, which cannot be seen from here. */
export async function isShared(aws: Aws, id: string): Promise<boolean> {
  const { LaunchPermissions = [] } = await aws.call<{ LaunchPermissions?: object[] }>([
    ...["ec2", "describe-image-attribute", "--image-id", id, "--attribute", "launchPermission"],
  ]);
  return LaunchPermissions.length > 0;
}

/** What is to become of an image, and why it stays where it does. */
export interface Verdict {
  image: BakedImage;
  /** Why it stays; undefined where it goes. */
  stays: string | undefined;
}

/** Which images can go: all but the newest of each Debian release and architecture, and those in use. */
export function judgeImages(images: readonly BakedImage[], uses: ReadonlyMap<string, string>, keep: number): Verdict[] {
  const seen = new Map<string, number>();
  return images.map((image) => {
    const kind = `${image.tags["cos-debian"] ?? ""} ${image.architecture}`;
    const place = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, place);
    const use = uses.get(image.id);
    if (use !== undefined) return { image, stays: `in use: ${use}` };
    return { image, stays: place <= keep ? `among the newest ${keep}` : undefined };
  });
}

/** Removes an image and its snapshots. */
export async function removeImage(aws: Aws, { id, snapshots }: BakedImage): Promise<void> {
  await aws.call(["ec2", "deregister-image", "--image-id", id]);
  for (const snapshot of snapshots) await aws.call(["ec2", "delete-snapshot", "--snapshot-id", snapshot]);
}
