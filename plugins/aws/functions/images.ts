import type { PlainMap, ValueMap } from "../../value";
import { textOf, textsOf } from "../behaviour/behaviour";
import { ACCOUNT_ID, type Cloud, siteOf } from "../cloud";
import type { Image } from "../images";
import { filtersOf, satisfies } from "./filters";

// What all images have in common here.
const COMMON: Record<string, string> = {
  state: "available",
  "virtualization-type": "hvm",
  "root-device-type": "ebs",
  "image-type": "machine",
  "is-public": "false",
};

/** The images that a program asks for, the newest first. */
function imagesFor(inputs: PlainMap, cloud: Cloud): Image[] {
  const owners = textsOf(inputs["owners"]).map((owner) => (owner === "self" ? ACCOUNT_ID : owner));
  const name = new RegExp(textOf(inputs["nameRegex"]) ?? "");
  const filters = filtersOf(inputs);
  const attributes = (image: Image): Record<string, string> => ({
    ...COMMON,
    "image-id": image.id,
    "owner-id": image.ownerId,
    "creation-date": image.creationDate,
    name: image.name,
    architecture: image.architecture,
  });
  return cloud.images
    .filter((image) => owners.length === 0 || owners.includes(image.ownerId))
    .filter((image) => name.test(image.name))
    .filter((image) => satisfies(filters, image.tags ?? {}, (key) => attributes(image)[key]))
    .toSorted((a, b) => (a.creationDate < b.creationDate ? 1 : -1));
}

export function getAmiIds(inputs: PlainMap, cloud: Cloud): ValueMap {
  const found = imagesFor(inputs, cloud).map(({ id }) => id);
  const ids = inputs["sortAscending"] === true ? found.reverse() : found;
  return { ...inputs, id: ids.join(","), ids, region: siteOf(cloud, inputs).region };
}

/** @throws Error when there is none, or more than one and the newest is not asked for */
export function getAmi(inputs: PlainMap, cloud: Cloud): ValueMap {
  const found = imagesFor(inputs, cloud);
  const [image] = found;
  if (!image) throw new Error("Your query returned no results. Please change your search criteria and try again.");
  if (found.length > 1 && inputs["mostRecent"] !== true) {
    throw new Error(
      "Your query returned more than one result. Please try a more specific search criteria, or set `mostRecent` attribute to true.",
    );
  }
  const { region } = siteOf(cloud, inputs);
  const { id, name, ownerId, architecture, creationDate, tags = {} } = image;
  return {
    ...inputs,
    ...Object.fromEntries(UNSAID.map((key) => [key, ""])),
    id,
    imageId: id,
    name,
    ownerId,
    architecture,
    creationDate,
    tags,
    region,
    arn: `arn:aws:ec2:${region}::image/${id}`,
    imageLocation: `${ownerId}/${name}`,
    state: "available",
    public: false,
    enaSupport: true,
    hypervisor: "xen",
    imageType: "machine",
    imdsSupport: "v2.0",
    platformDetails: "Linux/UNIX",
    rootDeviceName: "/dev/xvda",
    rootDeviceType: "ebs",
    sriovNetSupport: "simple",
    usageOperation: "RunInstances",
    virtualizationType: "hvm",
    blockDeviceMappings: [],
    productCodes: [],
    stateReason: { code: "UNSET", message: "UNSET" },
  };
}

// Results that say nothing of these images.
const UNSAID = [
  "bootMode",
  "deprecationTime",
  "description",
  "imageOwnerAlias",
  "kernelId",
  "lastLaunchedTime",
  "platform",
  "ramdiskId",
  "rootSnapshotId",
  "tpmSupport",
];
