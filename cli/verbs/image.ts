import { imageInputs } from "../../components/machine-image/inputs";
import { type Aws, awsCli } from "../aws";
import { type Context, exitCodes } from "../context";
import { UserError } from "../errors";
import {
  type BakedImage,
  bakedImages,
  imageOfInputs,
  imageUses,
  isShared,
  judgeImages,
  removeImage,
} from "../image/images";
import { type BakeOptions, bakeOf } from "../image/options";
import { goArchitecture, Packer } from "../image/packer";
import { recordedPrograms, recordSums } from "../image/pins";
import { alignColumns, titledTable } from "../table";

/** Bakes an image, unless there is one that was made of the same. Prints its ID. */
export async function build(
  { terminal, env }: Context,
  { force, ...options }: BakeOptions & { force?: boolean },
): Promise<number> {
  const note = (text: string) => {
    terminal.note(text);
  };
  const bake = bakeOf(options, env);
  const known = force ? undefined : await imageOfInputs(awsCli(env, bake.region), imageInputs(bake));
  if (known !== undefined) {
    note(`${known} was made of the same: nothing to bake. (--force bakes anyhow, with today's packages of Debian.)`);
    terminal.print(known);
    return exitCodes.ok;
  }
  const without = bake.without ?? [];
  const architecture = goArchitecture(bake);
  await recordSums([architecture], without, { env, note });
  const { programs, omitted } = await recordedPrograms(architecture, without, { env });
  for (const { name, reason } of omitted) note(`Left out: ${name}, as ${reason}.`);
  const packer = await Packer.open(env, note);
  // Anew: a version may have been recorded just now.
  const inputs = imageInputs(bake);
  terminal.print(await packer.build({ bake, inputs, programs, omitted }));
  return exitCodes.ok;
}

/** Checks the template and the options. Asks nobody but, the first time, the vendor of Packer and its plugin. */
export async function validate({ terminal, env }: Context, options: BakeOptions): Promise<number> {
  const bake = bakeOf(options, env);
  const architecture = goArchitecture(bake);
  const { programs, omitted } = await recordedPrograms(architecture, bake.without ?? [], { env });
  const packer = await Packer.open(env, (text) => {
    terminal.note(text);
  });
  const wrong = await packer.validate({ bake, inputs: imageInputs(bake), programs, omitted });
  if (wrong !== undefined) throw new UserError(wrong);
  const rows = [
    ...programs.map(({ name, version, sha256 }) => [name, version, sha256 ?? "no sum recorded yet: image pin"]),
    ...omitted.map(({ name, reason }) => [name, "left out", reason]),
  ];
  const title = `An image for ${architecture} in ${bake.region}: the template and the options are valid.`;
  terminal.print([title, ...alignColumns(rows)].join("\n"));
  return exitCodes.ok;
}

/** Records the sums of all programs for all architectures. */
export async function pin({ terminal, env }: Context, { without = [] }: { without?: string[] }): Promise<number> {
  const note = (text: string) => {
    terminal.note(text);
  };
  const recorded = await recordSums(["amd64", "arm64"], without, { env, note });
  terminal.print(recorded.length === 0 ? "All sums are recorded already." : `Recorded: ${recorded.join(", ")}.`);
  return exitCodes.ok;
}

export interface RegionOptions {
  region?: string;
  json?: boolean;
}

function awsOf(env: NodeJS.ProcessEnv, { region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION }: RegionOptions): Aws {
  if (region === undefined) throw new UserError("The region is not said: use --region, or AWS_REGION.");
  return awsCli(env, region);
}

/** Lists the baked images of a region. */
export async function list({ terminal, env }: Context, options: RegionOptions): Promise<number> {
  const aws = awsOf(env, options);
  const images = await bakedImages(aws);
  const uses = await imageUses(aws);
  if (options.json) {
    terminal.print(
      JSON.stringify(
        images.map((image) => ({ ...image, use: uses.get(image.id) ?? "" })),
        undefined,
        2,
      ),
    );
    return exitCodes.ok;
  }
  const rows = images.map((image) => [...describe(image), uses.get(image.id) ?? "not in use"]);
  const header = ["ID", "made", "for", "Debian", "Consul", "Nomad", "fabio", "use"];
  terminal.print(titledTable("Images", header, rows).join("\n"));
  return exitCodes.ok;
}

const describe = ({ id, created, architecture, tags }: BakedImage): string[] => [
  ...[id, created.slice(0, 10), architecture],
  ...["cos-debian", "cos-consul", "cos-nomad", "cos-fabio"].map((tag) => tags[tag] ?? "?"),
];

/** Says which images can go, and removes them where that is confirmed. */
export async function prune(
  { terminal, env }: Context,
  options: RegionOptions & { keep: number; yes?: boolean; shared?: boolean },
): Promise<number> {
  const aws = awsOf(env, options);
  const verdicts = judgeImages(await bakedImages(aws), await imageUses(aws), options.keep);
  for (const verdict of verdicts.filter(({ stays }) => stays === undefined)) {
    if (!options.shared && (await isShared(aws, verdict.image.id))) {
      verdict.stays = "shared with other accounts, whose use of it cannot be seen: --shared removes it too";
    }
  }
  const going = verdicts.filter(({ stays }) => stays === undefined).map(({ image }) => image);
  const rows = verdicts.map(({ image, stays }) => [image.id, image.created.slice(0, 10), stays ?? "goes"]);
  terminal.print(titledTable("Images", ["ID", "made", "stays because"], rows).join("\n"));
  if (going.length === 0) terminal.print("\nNone is to go.");
  else if (!options.yes)
    terminal.print(`\nNothing is removed yet; --yes removes ${going.length}, with their snapshots.`);
  else {
    for (const image of going) {
      await removeImage(aws, image);
      terminal.note(`removed ${image.id} and ${image.snapshots.join(", ") || "no snapshot"}`);
    }
    terminal.print(`\nRemoved ${going.length}.`);
  }
  return exitCodes.ok;
}
