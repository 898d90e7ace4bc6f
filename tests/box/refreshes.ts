import type { Account, Entry } from "../../plugins/aws/account";
import { GROUP } from "../../plugins/aws/behaviour/auto-scaling";
import { listOf, mapOf, mapsOf, numberOf, shown } from "../../plugins/aws/behaviour/behaviour";
import { instancesAfter, launchSource } from "../../plugins/aws/behaviour/instances";
import type { Site } from "../../plugins/aws/cloud";
import type { PlainMap } from "../../plugins/value";
import { checkpointOf, type Limits, nextStep, type Progress } from "./refresh";

/** An instance refresh, as Auto Scaling tells of it. */
export interface Refresh {
  group: string;
  /** Version of the launch template that instances get. */
  version: string;
  status: "Pending" | "InProgress" | "Successful" | "Failed" | "RollbackInProgress" | "RollbackSuccessful";
}

/** Whether it has come to its end, whichever. */
export const hasEnded = ({ status }: Refresh): boolean => status !== "Pending" && !status.endsWith("InProgress");

/** A group whose instances are to be of a version of its launch template. */
interface Wanted {
  group: Entry;
  version: string;
  preferences: PlainMap;
}

interface Run extends Refresh {
  /** How many instances were in service, and since when it is as many, in milliseconds since 1970. */
  current: number;
  since: number;
  checkpoint: number | undefined;
  pausedUntil: number;
}

/** The instance refreshes of an account: each begins when a group that asks for them has another launch template. */
export class Refreshes {
  private readonly runs = new Map<string, Run>();

  /** @param patience for how many seconds an instance may take to be in service before the refresh has failed */
  constructor(
    private readonly account: Account,
    private readonly site: Site,
    private readonly patience: number,
  ) {}

  /** The last one of each group, where another is about to begin that one. */
  get all(): Refresh[] {
    const pending = this.wanted()
      .filter(
        ({ group, version }) => this.runs.get(group.id)?.version !== version && outdatedOf(group, version).length > 0,
      )
      .map(({ group, version }): Refresh => ({ group: group.id, version, status: "Pending" }));
    const begun = [...this.runs.values()].map(({ group, version, status }) => ({ group, version, status }));
    return [...begun.filter(({ group }) => !pending.some((other) => other.group === group)), ...pending];
  }

  /** Does what is next in each group. */
  follow(isInService: (instance: string) => boolean): void {
    for (const wanted of this.wanted()) this.refresh(wanted, isInService);
  }

  private wanted(): Wanted[] {
    return this.account.all(GROUP).flatMap((group) => {
      const asked = mapOf(group.values["instanceRefresh"]);
      const source = asked["strategy"] === undefined ? undefined : launchSource(group.values, this.site);
      return source ? [{ group, version: source.version, preferences: mapOf(asked["preferences"]) }] : [];
    });
  }

  private refresh({ group, preferences, version }: Wanted, isInService: (id: string) => boolean): void {
    const instances = mapsOf(group.kept["instances"]);
    const outdated = outdatedOf(group, version);
    const present = instances.filter((instance) => !outdated.includes(instance));
    const current = present.filter(({ id }) => isInService(shown(id))).length;
    const desired = numberOf(group.values["desiredCapacity"]) ?? 0;
    const progress = { desired, current, coming: present.length - current, outdated: outdated.length };
    const run = this.runOf(group.id, version, progress);
    if (run?.status !== "InProgress" && run?.status !== "RollbackInProgress") return;
    if (outdated.length === 0 && current >= desired) {
      run.status = run.status === "InProgress" ? "Successful" : "RollbackSuccessful";
      return;
    }
    const pauses = this.pauses(run, progress, limitsOf(preferences), Number(preferences["checkpointDelay"] ?? 3600));
    if (pauses || run.current !== current) Object.assign(run, { current, since: Date.now() });
    if (pauses) return;
    if (Date.now() - run.since > this.patience * 1000) {
      this.giveUp(group, run, preferences, outdated[0]);
      return;
    }
    const step = nextStep(progress, limitsOf(preferences));
    if (step === "launch") this.put(group, instancesAfter(sized(group, instances.length + 1), this.site));
    if (step === "end") {
      const [oldest] = outdated;
      this.put(
        group,
        instances.filter((instance) => instance !== oldest),
      );
    }
  }

  /** The run of a group for a version; a new one where there is something to replace. */
  private runOf(group: string, version: string, { outdated, current }: Progress): Run | undefined {
    const known = this.runs.get(group);
    if (known?.version === version || (outdated === 0 && !known)) return known;
    if (outdated === 0) return undefined;
    const begun = { group, version, current, since: Date.now(), checkpoint: undefined, pausedUntil: 0 };
    const run: Run = { ...begun, status: "InProgress" };
    this.runs.set(group, run);
    return run;
  }

  private pauses(run: Run, progress: Progress, limits: Limits, seconds: number): boolean {
    const checkpoint = checkpointOf(progress, limits);
    if (checkpoint !== run.checkpoint) {
      Object.assign(run, { checkpoint, pausedUntil: Date.now() + (checkpoint === undefined ? 0 : seconds * 1000) });
    }
    return Date.now() < run.pausedUntil;
  }

  /** What has come stays, unless the group is to go back to the template that it had. */
  private giveUp(group: Entry, run: Run, { autoRollback }: PlainMap, former: PlainMap | undefined): void {
    if (autoRollback !== true || run.status === "RollbackInProgress" || !former) {
      run.status = "Failed";
      return;
    }
    const version = shown(former["launchTemplateVersion"]);
    Object.assign(run, { version, status: "RollbackInProgress", since: Date.now() });
    this.account.put({ ...group, values: { ...group.values, ...withVersion(group.values, version) } });
  }

  private put(group: Entry, instances: PlainMap[]): void {
    this.account.put({ ...group, kept: { ...group.kept, instances } });
  }
}

/** Its instances that another version of the launch template has made. */
const outdatedOf = (group: Entry, version: string): PlainMap[] =>
  mapsOf(group.kept["instances"]).filter(({ launchTemplateVersion }) => shown(launchTemplateVersion) !== version);

const sized = (group: Entry, desiredCapacity: number): Entry => ({
  ...group,
  values: { ...group.values, desiredCapacity },
});

/** With AWS's defaults. */
function limitsOf(preferences: PlainMap): Limits {
  return {
    minHealthy: numberOf(preferences["minHealthyPercentage"]) ?? 90,
    maxHealthy: numberOf(preferences["maxHealthyPercentage"]) ?? 100,
    checkpoints: listOf(preferences["checkpointPercentages"]).map((share) => numberOf(share) ?? 100),
  };
}

/** The inputs of a group by which it launches from a version of its template. */
function withVersion(values: PlainMap, version: string): PlainMap {
  const mixed = mapOf(values["mixedInstancesPolicy"]);
  if (Object.keys(mixed).length === 0) return { launchTemplate: { ...mapOf(values["launchTemplate"]), version } };
  const template = mapOf(mixed["launchTemplate"]);
  const launchTemplateSpecification = { ...mapOf(template["launchTemplateSpecification"]), version };
  return { mixedInstancesPolicy: { ...mixed, launchTemplate: { ...template, launchTemplateSpecification } } };
}
