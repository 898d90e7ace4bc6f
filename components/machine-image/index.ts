import * as aws from "@pulumi/aws";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Architecture } from "../instance-type";
import { refuse } from "../refuse";
import { type MachineImageArgs, machineImageErrors } from "./args";
import type { ImageBakeArgs } from "./bake";
import { imageInputs } from "./inputs";
import { type ImageLookup, imageLookup, notFound } from "./lookup";

export { MachineImageArgs, machineImageErrors, NewestImage } from "./args";
export { DebianSuite, ImageBakeArgs } from "./bake";
export { ImageVersions, pinnedVersions, versionTags } from "./versions";

/** An ID that a preview does not know, so that the rest of it is shown. The SDK has no typed way to make one. */
const notKnownYet = pulumi.output(pulumi.unknown as unknown as string);

const never = pulumi.output(new Promise<string>(() => undefined));

/**
 * The machine image that nodes boot from: the one with a given ID, or the newest that has the versions which this release of
 * pulumi-cos pins, or the newest of an owner by name, or one that is baked now.
 *
 * Where there is none yet, a preview warns and goes on without its ID, and an update fails and says how to get one.
 */
export class MachineImage extends pulumi.ComponentResource {
  /** ID of the AMI. */
  readonly id: pulumi.Output<string>;
  /** Architecture of the AMI. */
  readonly architecture: Architecture;
  /** Device name of its root volume, where it is not Debian's. */
  readonly rootDevice: string | undefined;

  /** @throws pulumi.InputPropertiesError for arguments that are wrong or exclude each other */
  constructor(name: string, args: MachineImageArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("MachineImage", machineImageErrors(args));
    super("cos:index:MachineImage", name, {}, opts);

    this.architecture = args.architecture ?? "arm64";
    this.rootDevice = args.rootDevice;
    this.id = this.choose(name, args);
    this.registerOutputs({ id: this.id, architecture: this.architecture });
  }

  private choose(name: string, args: MachineImageArgs): pulumi.Output<string> {
    if (args.id !== undefined) return pulumi.output(args.id);
    if (args.bake) return this.bake(name, args.bake === true ? {} : args.bake);
    return this.find(imageLookup(args, this.architecture), args);
  }

  /**
   * The image that a command bakes, or finds baked of the same. It is run by the package's name, so that nothing in it differs
   * between a laptop and CI; deleting it deletes no image: nodes may run it.
   */
  private bake(name: string, args: ImageBakeArgs): pulumi.Output<string> {
    const wanted = aws.getRegionOutput({}, { parent: this }).region.apply((region) => {
      const bake = { ...args, architecture: this.architecture, region };
      return { bake: JSON.stringify(bake), inputs: imageInputs(bake) };
    });
    const command = new local.Command(
      `${name}-bake`,
      {
        create: "npx --no-install pulumi-cos image build",
        environment: { COS_IMAGE: wanted.bake },
        triggers: [wanted.inputs],
        // What it prints is the image's ID; what it does, it says elsewhere.
        logging: local.Logging.Stderr,
      },
      { parent: this },
    );
    return command.stdout.apply((stdout) => stdout.trim());
  }

  /** The newest image of a search. */
  private find(lookup: ImageLookup, args: MachineImageArgs): pulumi.Output<string> {
    const { ids } = aws.ec2.getAmiIdsOutput({ ...lookup, sortAscending: false }, { parent: this });
    return ids.apply(([newest]) => {
      if (newest !== undefined) return pulumi.output(newest);
      const message = notFound(lookup, args);
      if (pulumi.runtime.isDryRun()) {
        void pulumi.log.warn(message, this);
        return notKnownYet;
      }
      // It fails the program by itself, once: thrown here, it would be thrown again by everything that needs the ID. And
      // without its stack, which is not shown anyhow: Node 20.20, where Pulumi has it inspect every error with colors,
      // takes half a minute and gigabytes over a file right below a scope (`node_modules/@pulumi/output.ts`).
      void Promise.reject(Object.assign(new pulumi.RunError(message), { stack: undefined }));
      return never;
    });
  }
}
