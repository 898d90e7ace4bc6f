import { createHash } from "node:crypto";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ProcessTable } from "../../local/processes";
import { removeGroups } from "../support/control-groups";
import { restoreInotifyLimit } from "../support/inotify";

/** Where a box keeps what it has in this machine's file system, and what else of it has a name here. */
export class BoxPlace {
  constructor(
    /** Absolute path. */
    readonly directory: string,
  ) {}

  /** The stand-in's account of AWS. */
  get account(): string {
    return join(this.stack, "account");
  }

  /** State, configuration and home of the engine. */
  get stack(): string {
    return join(this.directory, "stack");
  }

  /** For what is of no use after the box. */
  get temporary(): string {
    return join(this.directory, "tmp");
  }

  /** What the box itself has to say. */
  get log(): string {
    return join(this.directory, "box.log");
  }

  /** By which the box is told what to do, and asked how it is. */
  get socket(): string {
    return join(this.directory, "control.sock");
  }

  /** Name of what its machines have in each hierarchy of control groups. */
  get controlGroup(): string {
    return `pulumi-cos-box-${createHash("sha256").update(this.directory).digest("hex").slice(0, 12)}`;
  }

  /** The process that all others of the box end with. */
  get processes(): ProcessTable {
    return new ProcessTable(this.directory);
  }

  get exists(): boolean {
    return existsSync(this.directory);
  }

  /** Removes everything that the box has left, once its processes have ended. */
  async clear(): Promise<void> {
    const keeper = this.processes.get(keeperName);
    if (keeper) restoreInotifyLimit(keeper);
    await removeGroups(this.controlGroup);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Name of the process that all others of a box end with, in its table. */
export const keeperName = "keeper";
