import { bakeErrors, type ImageBake, type ImageBakeArgs } from "../../components/machine-image/bake";
import { UserError } from "../errors";

/** Options of the command line that say how an image is baked. */
export interface BakeOptions extends Omit<
  ImageBakeArgs,
  "regionKmsKeyIds" | "tags" | "rootVolumeGiB" | "publicAddress"
> {
  region?: string;
  rootVolumeGib?: number;
  privateAddress?: boolean;
  architecture?: "amd64" | "arm64";
  regionKmsKeyId?: string[];
  tag?: string[];
}

/**
 * What is to be baked: by the options, and where they say nothing by the variable COS_IMAGE, JSON, with which `pulumi up` calls.
 *
 * @throws UserError with all that is wrong
 */
export function bakeOf(options: BakeOptions, env: NodeJS.ProcessEnv): ImageBake {
  const asked = env.COS_IMAGE === undefined ? {} : (JSON.parse(env.COS_IMAGE) as Partial<ImageBake>);
  const { architecture, rootVolumeGib, privateAddress, regionKmsKeyId, tag, ...rest } = options;
  const bake = {
    ...asked,
    ...definedOf(rest),
    ...(rootVolumeGib !== undefined && { rootVolumeGiB: rootVolumeGib }),
    ...(privateAddress && { publicAddress: false }),
    ...(regionKmsKeyId && { regionKmsKeyIds: pairs(regionKmsKeyId, "--region-kms-key-id", "eu-west-1=alias/cos") }),
    ...(tag && { tags: pairs(tag, "--tag", "team=platform") }),
    ...(architecture && { architecture: architecture === "amd64" ? ("x86_64" as const) : architecture }),
  };
  const region = bake.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
  const wrong = bakeErrors(bake).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
  if (region === undefined) wrong.unshift("region is not said: use --region, or AWS_REGION");
  if (wrong.length > 0 || region === undefined)
    throw new UserError(`No image can be baked so:\n  ${wrong.join("\n  ")}`);
  return { ...bake, architecture: bake.architecture ?? "arm64", region };
}

function definedOf<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function pairs(texts: string[], flag: string, example: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new UserError(`${flag} must be KEY=VALUE, such as ${example}; got "${text}".`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
