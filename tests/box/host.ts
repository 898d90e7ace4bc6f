import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { legacyControllers, legacyDropIn } from "../support/control-groups";
import { Machine, type MachineOptions } from "../support/machine";
import { hostNameOf } from "./amazon";
import type { Instance } from "./world";

export type HostState = "waiting" | "booting" | "running" | "leaving" | "stopping" | "ended";

/** What systemd-nspawn ends with where the machine wants to be booted again. */
const rebootCode = 133;

export type HostOptions = Pick<MachineOptions, "root" | "network" | "files" | "directory" | "controlGroup"> & {
  /** Waits until one more may boot, and returns what says that it has. */
  turn: () => Promise<() => void>;
};

/** An instance as a machine that boots, and boots again when it wants to, until it is ended or ends. */
export class Host {
  state: HostState = "waiting";
  /** Why it could not boot, where it could not. */
  error: string | undefined;
  /** Whether Auto Scaling has it in service: `abandoned` where it has waited for it in vain. */
  service: "coming" | "in service" | "abandoned" = "in service";
  /** When it ended, in milliseconds since 1970. */
  endedAt = 0;
  /** Until it has ended. */
  private readonly life: Promise<void>;
  private machine: Machine | undefined;

  constructor(
    /** What people call it. */
    readonly name: string,
    readonly instance: Instance,
    private readonly options: HostOptions,
  ) {
    this.life = this.live().catch((error: unknown) => {
      this.error = String(error);
    });
  }

  /** Process ID of its init. */
  async leader(): Promise<string | undefined> {
    return this.machine?.leader().catch(() => undefined);
  }

  /** What its console has shown. */
  get console(): string {
    return this.machine?.console ?? "";
  }

  /** Ends it at once, as a failure of what it runs on. */
  async fail(): Promise<void> {
    await this.machine?.fail();
    await this.life;
  }

  /**
   * Tells it to leave and waits until it has, as Auto Scaling does before it ends what has a lifecycle hook: unless it does not run, or
   * ends itself.
   */
  async leave(tell: () => Promise<void>, left: () => Promise<boolean>): Promise<void> {
    if (this.state !== "running") return;
    this.state = "leaving";
    await tell();
    while (this.isLeaving() && !(await left())) await delay(500);
  }

  /** Shuts it down, as EC2 does when it terminates an instance, and removes it. */
  async terminate(): Promise<void> {
    this.state = "stopping";
    await this.machine?.stop(AbortSignal.timeout(120_000));
    await this.remove();
  }

  /** Removes it, whatever it does. */
  async remove(): Promise<void> {
    this.state = "stopping";
    await this.machine?.remove();
    await this.life;
  }

  private async live(): Promise<void> {
    const { instance, options } = this;
    const { turn, ...machine } = options;
    try {
      for (let code: number | null = rebootCode; code === rebootCode && !this.leaves();) {
        const done = await turn();
        try {
          if (this.leaves()) return;
          this.state = "booting";
          this.machine ??= await Machine.create({
            ...machine,
            name: hostNameOf(instance.address),
            address: instance.address,
            instanceId: instance.id,
            diskGiB: instance.diskGiB,
            userData: instance.userData,
          });
          await this.machine.boot();
          if (!this.leaves()) this.state = "running";
        } finally {
          done();
        }
        code = await this.machine.ended();
      }
    } finally {
      this.endedAt = Date.now();
      if (!this.leaves()) this.state = "ended";
    }
  }

  private isLeaving(): boolean {
    return this.state === "leaving";
  }

  private leaves(): boolean {
    return this.state === "stopping";
  }
}

/** What the box writes into machines whose kernel is not EC2's: see {@link legacyDropIn}. */
export function hostFiles(nomadUnit: string): Record<string, string> {
  if (legacyControllers().length === 0) return {};
  return { [join("/etc/systemd/system/nomad.service.d", "kernel.conf")]: legacyDropIn(nomadUnit) };
}
