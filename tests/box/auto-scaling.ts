import type { Account, Entry } from "../../plugins/aws/account";
import { GROUP } from "../../plugins/aws/behaviour/auto-scaling";
import { mapsOf, numberOf, shown, textsOf } from "../../plugins/aws/behaviour/behaviour";
import { FORMER_ADDRESSES, instancesAfter } from "../../plugins/aws/behaviour/instances";
import { ACCOUNT_ID, type Site } from "../../plugins/aws/cloud";
import type { Cloud, CloudOrder } from "../support/cloud";
import type { PlainMap } from "../../plugins/value";
import type { Host } from "./host";
import { Refreshes } from "./refreshes";
import type { Hook } from "./world";

export interface AutoScalingOptions {
  region: string;
  /** After how many seconds Auto Scaling puts another instance in the place of one that has ended. */
  replaceAfter: number;
  /** After how many seconds without progress an instance refresh has failed. */
  refreshPatience: number;
}

/** What Auto Scaling does by itself with the instances of an account. */
export class AutoScaling {
  readonly refreshes: Refreshes;
  private readonly site: Site;
  private told = "[]";

  /** @param hosts the instances that there are, by ID */
  constructor(
    private readonly account: Account,
    private readonly cloud: Cloud,
    private readonly hosts: ReadonlyMap<string, Host>,
    private readonly options: AutoScalingOptions,
  ) {
    const { region, refreshPatience } = options;
    const nothing = { defaultTags: {}, loadBalancerAddress: undefined, images: [] };
    this.site = { region, cloud: { region, accountId: ACCOUNT_ID, account, ...nothing } };
    this.refreshes = new Refreshes(account, this.site, refreshPatience);
  }

  isInService(id: string): boolean {
    return this.hosts.get(id)?.service === "in service";
  }

  /** Waits for a new host where it has a hook for that. */
  async begin(host: Host): Promise<void> {
    const { id, arrivalHook } = host.instance;
    if (!arrivalHook) return;
    host.service = "coming";
    await this.cloud.wait(id, arrivalHook.name, "InService");
  }

  async follow(): Promise<void> {
    for (const order of await this.cloud.orders()) this.obey(order);
    await this.admit();
    this.replaceBroken();
    this.refreshes.follow((id) => this.isInService(id));
    await this.tell();
  }

  /** Ends a host: where it has a hook for that, once it says so, or says nothing any more. */
  async end(host: Host): Promise<void> {
    const { id, departureHook } = host.instance;
    // What never came is ended at once.
    if (departureHook && host.service === "in service") {
      await host.leave(
        () => this.cloud.wait(id, departureHook.name, "Terminated"),
        async () => (await this.answerTo(departureHook, id)) !== undefined,
      );
    }
    await host.terminate();
    await this.cloud.terminate(id);
  }

  /** Takes into service what has said that it is ready, and gives up what says nothing. */
  private async admit(): Promise<void> {
    for (const host of this.hosts.values()) {
      const { id, arrivalHook } = host.instance;
      if (host.service !== "coming" || !arrivalHook) continue;
      const answer = await this.answerTo(arrivalHook, id);
      if (answer) host.service = answer === "done" ? "in service" : "abandoned";
    }
  }

  /** What has come of a wait; nothing while it goes on. */
  private async answerTo(hook: Hook, id: string): Promise<"done" | "timed out" | undefined> {
    const { done, silent } = await this.cloud.lifecycle(id);
    if (done) return "done";
    return silent > hook.heartbeat ? "timed out" : undefined;
  }

  /** Does what somebody has asked Auto Scaling's API for. */
  private obey(order: CloudOrder): void {
    const group = this.account
      .all(GROUP)
      .find(({ id, kept }) =>
        order.kind === "resize"
          ? id === order.group
          : mapsOf(kept["instances"]).some((each) => each["id"] === order.id),
      );
    if (!group) return;
    const desired = numberOf(group.values["desiredCapacity"]) ?? 0;
    const wanted = order.kind === "resize" ? order.size : desired - (order.shrink ? 1 : 0);
    const left = mapsOf(group.kept["instances"]).filter(({ id }) => order.kind === "resize" || id !== order.id);
    this.leave({ ...group, values: { ...group.values, desiredCapacity: wanted } }, left);
  }

  /** Takes all instances out of a group but those that are left, and launches what it lacks then. */
  private leave(group: Entry, left: PlainMap[]): void {
    const ids = left.map(({ id }) => id);
    const gone = mapsOf(group.kept["instances"]).filter(({ id }) => !ids.includes(id));
    const former = [...textsOf(group.kept[FORMER_ADDRESSES]), ...gone.map(({ privateIp }) => shown(privateIp))];
    const kept = { ...group.kept, instances: left, [FORMER_ADDRESSES]: former };
    const instances = instancesAfter({ ...group, kept }, this.site);
    this.account.put({ ...group, kept: { ...kept, instances } });
  }

  /** Has its API say what groups there are. */
  private async tell(): Promise<void> {
    const groups = this.account.all(GROUP).map(({ id, values, kept }) => ({
      name: id,
      least: numberOf(values["minSize"]) ?? 0,
      most: numberOf(values["maxSize"]) ?? 0,
      desired: numberOf(values["desiredCapacity"]) ?? 0,
      zones: textsOf(values["vpcZoneIdentifiers"]).map((id) =>
        shown(this.account.get("aws:ec2/subnet:Subnet", id)?.values["availabilityZone"]),
      ),
      tags: Object.fromEntries(mapsOf(values["tags"]).map(({ key, value }) => [shown(key), shown(value)])),
      instances: mapsOf(kept["instances"]).map((each) => ({
        id: shown(each["id"]),
        zone: shown(each["availabilityZone"]),
        state:
          this.hosts.get(shown(each["id"]))?.service === "coming" ? ("Pending:Wait" as const) : ("InService" as const),
      })),
    }));
    const text = JSON.stringify(groups);
    if (text === this.told) return;
    await this.cloud.groups(groups);
    this.told = text;
  }

  /** Finds instances that have ended, or that it has waited for in vain, and launches others. */
  private replaceBroken(): void {
    const due = Date.now() - this.options.replaceAfter * 1000;
    for (const group of this.account.all(GROUP)) {
      const all = mapsOf(group.kept["instances"]);
      const left = all.filter(({ id }) => {
        const host = this.hosts.get(shown(id));
        return host?.service !== "abandoned" && (host?.state !== "ended" || host.endedAt > due);
      });
      if (left.length < all.length) this.leave(group, left);
    }
  }
}
